"""Writes small random models of several families, and the logits that transformers computes with them.

usage: python tiny_models.py FOLDER      each model in a folder of its own, with logits.safetensors: ids (T), logits (T,V)
"""
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MistralConfig, Qwen2Config

LLAMA = dict(vocab_size=101, hidden_size=48, intermediate_size=112, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
             max_position_embeddings=64, initializer_range=0.3)

MODELS = {
    "gpt2": GPT2Config(vocab_size=101, n_positions=64, n_embd=48, n_layer=3, n_head=6, initializer_range=0.3),
    "gpt2-untied": GPT2Config(vocab_size=101, n_positions=64, n_embd=48, n_layer=2, n_head=3, n_inner=80, initializer_range=0.3,
                              activation_function="relu", tie_word_embeddings=False),
    "llama": LlamaConfig(**LLAMA),
    "llama-tied": LlamaConfig(**(LLAMA | dict(num_key_value_heads=6)), tie_word_embeddings=True, rope_theta=500000.0),
    "llama-biases": LlamaConfig(**(LLAMA | dict(num_key_value_heads=1)), attention_bias=True),
    "llama-linear": LlamaConfig(**LLAMA, rope_scaling={"rope_type": "linear", "factor": 4.0}),
    "llama3": LlamaConfig(**LLAMA, rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                                 "original_max_position_embeddings": 16}),
    "llama-mlp-biases": LlamaConfig(**LLAMA, mlp_bias=True),
    "llama-f16": LlamaConfig(**LLAMA, rope_theta=500000.0),
    "llama-bf16-shards": LlamaConfig(**(LLAMA | dict(num_key_value_heads=3))),
    "llama-wide-heads": LlamaConfig(**LLAMA, head_dim=14, attention_bias=True),
    "llama-yarn": LlamaConfig(**LLAMA, rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}),
    "mistral": MistralConfig(**LLAMA, sliding_window=None),
    "qwen2": Qwen2Config(**LLAMA),
}

for name, config in MODELS.items():
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():      # biases and norms begin as 0 and 1, which would hide mistakes
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
        folder = f"{sys.argv[1]}/{name}"
        narrow = torch.float16 if "-f16" in name else torch.bfloat16 if "-bf16" in name else torch.float32
        model.to(narrow).save_pretrained(folder, safe_serialization=True, max_shard_size="40KB" if "shards" in name else "1GB")
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        ids = torch.randint(0, 101, (1, 40))
        logits = model(ids).logits[0]
    save_file({"ids": ids[0], "logits": logits.contiguous()}, f"{folder}/logits.safetensors")
