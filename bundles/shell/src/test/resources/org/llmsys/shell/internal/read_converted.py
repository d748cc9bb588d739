"""Opens converted models as other programs do: with gguf, safetensors and transformers.

usage: python read_converted.py FOLDER      with llama.gguf, q8.gguf, q4.gguf, llama, half, gpt2.gguf, gpt2 and, for each family,
                                            NAME.case.safetensors: ids (T), logits (T,V)
Ends with status 77 when a library is missing.
"""
import sys

try:
    import gguf
    import numpy as np
    import torch
    from gguf import quants
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM
except ImportError as missing:
    print(missing)
    sys.exit(77)

root = sys.argv[1] + "/"

wide = {t.name: t for t in gguf.GGUFReader(root + "llama.gguf").tensors}
for name in "q8.gguf", "q4.gguf":
    quantized = gguf.GGUFReader(root + name).tensors
    assert {t.name for t in quantized} == set(wide), name
    blocks = [t for t in quantized if t.tensor_type.name in ("Q8_0", "Q4_0")]
    assert len(blocks) > 10, len(blocks)
    for tensor in blocks:
        expected = quants.quantize(np.array(wide[tensor.name].data, dtype=np.float32), tensor.tensor_type)
        assert np.array_equal(np.asarray(expected).view(np.uint8).ravel(), tensor.data.view(np.uint8).ravel()), tensor.name

keys = gguf.GGUFReader(root + "gpt2.gguf").fields
assert keys["general.architecture"].contents() == "gpt2"
assert len(keys["tokenizer.ggml.tokens"].contents()) > 100

for name, case, tolerance in ("llama", "llama", 1e-4), ("half", "llama", 1e-2), ("gpt2", "gpt2", 1e-4):
    expected = load_file(f"{root}{case}.case.safetensors")
    model = AutoModelForCausalLM.from_pretrained(root + name, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(expected["ids"][None].long()).logits[0]
    difference = (logits - expected["logits"]).abs().max().item()
    assert difference < tolerance, f"{name}: {difference}"
