"""Writes small random BERT models, and the last hidden states that transformers computes with them.

usage: python tiny_berts.py FOLDER [MODEL...]      a folder for each, with case.json: ids (B,T), types (B,T), lengths (B), states (B,T,C)
"""
import json
import sys

import torch
from transformers import AutoModelForMaskedLM, BertConfig, BertForMaskedLM, BertModel

SIZES = dict(vocab_size=97, hidden_size=24, num_hidden_layers=3, num_attention_heads=4, intermediate_size=40, max_position_embeddings=20,
             type_vocab_size=3, initializer_range=0.4)

torch.manual_seed(11)
MODELS = {
    "plain": BertModel(BertConfig(**SIZES)),
    "without-pooler": BertModel(BertConfig(**(SIZES | dict(hidden_act="gelu_new", layer_norm_eps=1e-6))), add_pooling_layer=False),
    "masked-lm": BertForMaskedLM(BertConfig(**(SIZES | dict(hidden_act="relu", type_vocab_size=2, num_attention_heads=1)))),
}
for model in MODELS.values():
    with torch.no_grad():
        for parameter in model.parameters():                    # biases and norms begin as 0 and 1, which would hide mistakes
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
for name in sys.argv[2:]:
    MODELS[name.rstrip("/").split("/")[-1]] = AutoModelForMaskedLM.from_pretrained(name)

for name, model in MODELS.items():
    model.eval()
    config = model.config
    lengths = [13, 4, 1]
    ids = torch.randint(0, config.vocab_size, (3, 13))
    types = torch.randint(0, config.type_vocab_size, (3, 13))
    mask = torch.tensor([[1] * n + [0] * (13 - n) for n in lengths])
    body = model.bert if hasattr(model, "bert") else model
    with torch.no_grad():
        states = body(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
    folder = f"{sys.argv[1]}/{name}"
    model.save_pretrained(folder, safe_serialization=True)
    with open(f"{folder}/case.json", "w") as out:
        json.dump(dict(ids=ids.flatten().tolist(), types=types.flatten().tolist(), lengths=lengths, states=states.flatten().tolist()), out)
