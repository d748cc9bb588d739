"""Writes small random models and what transformers' forward pass shows of itself.

usage: python traces.py FOLDER      each model in a folder of its own, with traces.safetensors: ids (T), hidden.{i} (T,C), attention.{i} (NH,T,T), logits (T,V)
"""
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig

MODELS = {
    "gpt2": GPT2Config(vocab_size=61, n_positions=32, n_embd=30, n_layer=3, n_head=5, initializer_range=0.3, attn_implementation="eager"),
    "llama": LlamaConfig(vocab_size=61, hidden_size=32, intermediate_size=76, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                         max_position_embeddings=32, initializer_range=0.3, attn_implementation="eager"),
}

for name, config in MODELS.items():
    torch.manual_seed(11)
    model = AutoModelForCausalLM.from_config(config).eval()
    shown = {}
    for i in range(3):
        mlp = model.transformer.h[i].mlp if name == "gpt2" else model.model.layers[i].mlp
        norm = model.transformer.h[i].ln_2 if name == "gpt2" else model.model.layers[i].post_attention_layernorm
        last = mlp.c_proj if name == "gpt2" else mlp.down_proj
        first = mlp.c_fc if name == "gpt2" else mlp.gate_proj
        last.register_forward_pre_hook(lambda module, args, i=i: shown.__setitem__(f"mlp_post.{i}", args[0][0].clone()))
        first.register_forward_hook(lambda module, args, out, i=i: shown.__setitem__(f"mlp_pre.{i}", out[0].clone()))
        mlp.register_forward_hook(lambda module, args, out, i=i: shown.__setitem__(f"mlp_out.{i}", out[0].clone()))
        norm.register_forward_hook(lambda module, args, out, i=i: shown.__setitem__(f"normalized.{i}", out[0].clone()))
    with torch.no_grad():
        for parameter in model.parameters():                            # biases and norms begin as 0 and 1, which would hide mistakes
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
        ids = torch.randint(0, 61, (1, 19))
        out = model(ids, output_hidden_states=True, output_attentions=True)
    folder = f"{sys.argv[1]}/{name}"
    model.save_pretrained(folder, safe_serialization=True)
    tensors = {"ids": ids[0], "logits": out.logits[0]}
    for i, hidden in enumerate(out.hidden_states):                      # the last one has gone through the final norm
        tensors[f"hidden.{i}"] = hidden[0]
    for i, attention in enumerate(out.attentions):
        tensors[f"attention.{i}"] = attention[0]
    save_file({key: value.contiguous() for key, value in (tensors | shown).items()}, f"{folder}/traces.safetensors")
