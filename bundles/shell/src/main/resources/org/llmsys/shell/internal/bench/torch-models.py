# Models with random weights in PyTorch, eager: F32, keys and values in a cache that is made once, logits of the last position only.

import json
import math


def weights_of(folder):
    """Name to tensor, of a file of the form safetensors; every tensor in memory of its own."""
    with open(file_of(folder, "model.safetensors"), "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    found = {}
    for name, about in header.items():
        if name != "__metadata__":
            begin, end = about["data_offsets"]
            found[name] = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin).reshape(about["shape"]).clone()
    return found


class Cache:
    """Keys and values (B,H,T,D) of every layer."""

    def __init__(self, layers, batch, heads, length, dim):
        self.keys = [torch.zeros(batch, heads, length, dim) for _ in range(layers)]
        self.values = [torch.zeros(batch, heads, length, dim) for _ in range(layers)]

    def attend(self, layer, q, k, v, at):
        """q (B,H,T,D) over all positions to at + T."""
        keys, values, end = self.keys[layer], self.values[layer], at + k.shape[2]
        keys[:, :, at:end] = k
        values[:, :, at:end] = v
        y = F.scaled_dot_product_attention(q, keys[:, :, :end], values[:, :, :end], is_causal=q.shape[2] > 1, enable_gqa=q.shape[1] != k.shape[1])
        return y.transpose(1, 2).flatten(2)


class Gpt2Model:

    def __init__(self, folder, config):
        self.layers, self.heads, self.kv_heads = config["n_layer"], config["n_head"], config["n_head"]
        self.dim = config["n_embd"] // self.heads
        self.eps = config["layer_norm_epsilon"]
        stored = {name.removeprefix("transformer."): tensor for name, tensor in weights_of(folder).items()}
        turned = ("c_attn.weight", "c_proj.weight", "c_fc.weight")                 # (in,out) in the file
        self.weights = {name: tensor.t().contiguous() if name.endswith(turned) else tensor for name, tensor in stored.items()}
        self.places = torch.arange(self.weights["wpe.weight"].shape[0])

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"], self.eps)

    def forward(self, ids, at, cache):
        """ids (B,T), T above 1 in an empty cache only; logits (B,V)."""
        b, t = ids.shape
        x = F.embedding(ids, self.weights["wte.weight"]) + self.weights["wpe.weight"][at:at + t]
        for i in range(self.layers):
            block = "h.%d." % i
            q, k, v = (part.view(b, t, self.heads, self.dim).transpose(1, 2)
                       for part in self.linear(self.norm(x, block + "ln_1"), block + "attn.c_attn").chunk(3, -1))
            x = x + self.linear(cache.attend(i, q, k, v, at), block + "attn.c_proj")
            x = x + self.linear(F.gelu(self.linear(self.norm(x, block + "ln_2"), block + "mlp.c_fc"), approximate="tanh"), block + "mlp.c_proj")
        return F.linear(self.norm(x[:, -1], "ln_f"), self.weights["wte.weight"])


class LlamaModel:

    def __init__(self, folder, config):
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.kv_heads = config.get("num_key_value_heads", self.heads)
        self.dim = config["hidden_size"] // self.heads
        self.eps = config["rms_norm_eps"]
        interleaved = config.get("llmsys", {}).get("rope_pairing") == "interleaved"
        self.weights = weights_of(folder)
        self.blocks = []
        for i in range(self.layers):
            block = "model.layers.%d." % i
            q, k, v = (self.weights.pop(block + "self_attn." + name + "_proj.weight") for name in "qkv")
            if interleaved:
                q, k = self.halves(q), self.halves(k)
            gate, up = (self.weights.pop(block + "mlp." + name + "_proj.weight") for name in ("gate", "up"))
            self.blocks.append((self.weights[block + "input_layernorm.weight"], torch.cat([q, k, v]), self.weights[block + "self_attn.o_proj.weight"],
                                self.weights[block + "post_attention_layernorm.weight"], torch.cat([gate, up]),
                                self.weights[block + "mlp.down_proj.weight"]))
        angles = torch.outer(torch.arange(config["max_position_embeddings"], dtype=torch.float64),
                             10000.0 ** (-torch.arange(0, self.dim, 2, dtype=torch.float64) / self.dim))
        self.cos, self.sin = (torch.cat([part, part], -1).float() for part in (angles.cos(), angles.sin()))
        self.table = self.weights["model.embed_tokens.weight"]
        self.output = self.weights.get("lm_head.weight", self.table)

    def halves(self, w):
        """Rows that turn as neighbours, to rows that turn half a head apart."""
        return w.view(-1, self.dim // 2, 2, w.shape[1]).transpose(1, 2).reshape(w.shape)

    def turn(self, x, cos, sin):
        low, high = x.chunk(2, -1)
        return x * cos + torch.cat([-high, low], -1) * sin

    def forward(self, ids, at, cache):
        """ids (B,T), T above 1 in an empty cache only; logits (B,V)."""
        b, t = ids.shape
        x = F.embedding(ids, self.table)
        cos, sin = self.cos[at:at + t], self.sin[at:at + t]
        sizes = [self.heads * self.dim, self.kv_heads * self.dim, self.kv_heads * self.dim]
        for i, (norm_1, qkv, o, norm_2, gate_up, down) in enumerate(self.blocks):
            q, k, v = (part.view(b, t, -1, self.dim).transpose(1, 2)
                       for part in F.linear(F.rms_norm(x, x.shape[-1:], norm_1, self.eps), qkv).split(sizes, -1))
            x = x + F.linear(cache.attend(i, self.turn(q, cos, sin), self.turn(k, cos, sin), v, at), o)
            gate, up = F.linear(F.rms_norm(x, x.shape[-1:], norm_2, self.eps), gate_up).chunk(2, -1)
            x = x + F.linear(F.silu(gate) * up, down)
        return F.linear(F.rms_norm(x[:, -1], x.shape[-1:], self.weights["model.norm.weight"], self.eps), self.output)


def model_of(folder):
    """The model, when it gives the logits it must, and how near they are."""
    with open(file_of(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    model = (Gpt2Model if config["model_type"] == "gpt2" else LlamaModel)(folder, config)
    ids = torch.tensor([prompt_of(folder)])
    near = same_logits(folder, model.forward(ids, 0, model_cache(model, 1, ids.shape[1]))[0].tolist(), 1e-3)
    return model, "eager, " + shown(near)


def model_cache(model, batch, length):
    return Cache(model.layers, batch, model.kv_heads, length, model.dim)


def decode(folder, tokens):
    return batch(folder, 1, tokens)


def batch(folder, sequences, tokens):
    """Sequences that start with the ids 1, 2, ... in step, the likeliest token each time."""
    model, way = model_of(folder)
    cache = model_cache(model, sequences, tokens)
    first = torch.arange(1, 1 + sequences).view(-1, 1)

    def write():
        ids = first
        for at in range(tokens):
            ids = model.forward(ids, at, cache).argmax(-1, keepdim=True)
        return ids

    return {way: write}


def prefill(folder):
    model, way = model_of(folder)
    ids = torch.tensor([prompt_of(folder)])
    cache = model_cache(model, 1, ids.shape[1])
    return {way: lambda: model.forward(ids, 0, cache).argmax(-1)}


CASES.update({"decode": decode, "batch": batch, "prefill": prefill})
