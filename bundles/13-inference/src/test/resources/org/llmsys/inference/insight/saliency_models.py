"""Writes small random models, and what transformers and torch.autograd say of their inside.

usage: python saliency_models.py FOLDER      each model in a folder of its own, with inside.safetensors:
       ids (T)   target (1)   lens (L+1,T,V)   patterns (L,NH,T,T)   gradient (T)   times_input (T)   rollout (T,T)
"""
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig

MODELS = {
    "gpt2": GPT2Config(vocab_size=53, n_positions=40, n_embd=24, n_layer=3, n_head=4, initializer_range=0.3, attn_implementation="eager"),
    "llama": LlamaConfig(vocab_size=61, hidden_size=24, intermediate_size=44, num_hidden_layers=4, num_attention_heads=6, num_key_value_heads=2,
                         max_position_embeddings=40, initializer_range=0.3, attn_implementation="eager"),
}


def parts(model):
    """The norm at the end, and the table of token vectors."""
    return (model.transformer.ln_f, model.transformer.wte) if hasattr(model, "transformer") else (model.model.norm, model.model.embed_tokens)


for name, config in MODELS.items():
    torch.manual_seed(11)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    norm, table = parts(model)
    ids = torch.randint(0, config.vocab_size, (1, 37))

    embedding = table(ids).detach().requires_grad_(True)
    seen = model(inputs_embeds=embedding, output_hidden_states=True, output_attentions=True)
    target = int(seen.logits[0, -1].argsort()[-2])                     # the second likeliest
    seen.logits[0, -1, target].backward()
    with torch.no_grad():
        lens = [torch.softmax(model.lm_head(norm(stream[0])), -1) for stream in seen.hidden_states[:-1]]
        lens.append(torch.softmax(seen.logits[0], -1))
        patterns = torch.cat(seen.attentions)                           # (L,NH,T,T)
        rollout = torch.eye(37, dtype=torch.float64)
        for pattern in patterns.double():
            rollout = (0.5 * pattern.mean(0) + 0.5 * torch.eye(37)) @ rollout
    folder = f"{sys.argv[1]}/{name}"
    model.save_pretrained(folder, safe_serialization=True)
    save_file({"ids": ids[0], "target": torch.tensor([target]), "lens": torch.stack(lens), "patterns": patterns.contiguous(),
               "gradient": embedding.grad[0].norm(dim=-1), "times_input": (embedding.grad[0] * embedding[0].detach()).sum(-1),
               "rollout": rollout.float()}, f"{folder}/inside.safetensors")
