# The peer PyTorch, eager, on the CPU.

import os
import sys

try:
    import torch
except ImportError as e:
    print("missing", e, flush=True)
    sys.exit(0)
import torch.nn.functional as F

NAME = "torch " + torch.__version__
torch.manual_seed(1)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
torch.set_grad_enabled(False)                          # only training wants gradients


def matmul(m, k, n):
    a, b, c = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    return {"matmul": lambda: torch.matmul(a, b, out=c)}


def gemv(k, n):
    x, w, y = torch.randn(1, k), torch.randn(k, n), torch.empty(1, n)
    columns, vector, result = w.t(), x[0], y[0]
    return {"mv": lambda: torch.mv(columns, vector, out=result), "matmul": lambda: torch.matmul(x, w, out=y)}


def gemv_transposed(k, n):
    x, w, y = torch.randn(1, k), torch.randn(n, k), torch.empty(1, n)
    vector, result = x[0], y[0]
    return {"mv": lambda: torch.mv(w, vector, out=result), "linear": lambda: F.linear(x, w)}


def softmax(rows, columns):
    x, y = torch.randn(rows, columns), torch.empty(rows, columns)
    return {"into a tensor": lambda: torch.softmax(x, -1, out=y), "plain": lambda: torch.softmax(x, -1)}


def softmax_backward(rows, columns):
    y, gradient = torch.softmax(torch.randn(rows, columns), -1), torch.randn(rows, columns)
    return {"aten": lambda: torch.ops.aten._softmax_backward_data(gradient, y, -1, torch.float32)}


def layernorm(rows, columns):
    x, gamma, beta = torch.randn(rows, columns), torch.randn(columns), torch.randn(columns)
    return {"layer_norm": lambda: F.layer_norm(x, (columns,), gamma, beta, 1e-5)}


def layernorm_backward(rows, columns):
    x, gamma, beta, gradient = torch.randn(rows, columns), torch.randn(columns), torch.randn(columns), torch.randn(rows, columns)
    _, mean, scale = torch.ops.aten.native_layer_norm(x, [columns], gamma, beta, 1e-5)
    return {"aten": lambda: torch.ops.aten.native_layer_norm_backward(gradient, x, [columns], mean, scale, gamma, beta, [True] * 3)}


class Block(torch.nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, c, heads, hidden, flash):
        super().__init__()
        self.heads = heads
        self.flash = flash
        self.ln_1 = torch.nn.LayerNorm(c, bias=False)
        self.c_attn = torch.nn.Linear(c, 3 * c, bias=False)
        self.attn_proj = torch.nn.Linear(c, c, bias=False)
        self.ln_2 = torch.nn.LayerNorm(c, bias=False)
        self.c_fc = torch.nn.Linear(c, hidden, bias=False)
        self.mlp_proj = torch.nn.Linear(hidden, c, bias=False)

    def attention(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, self.heads, c // self.heads).transpose(1, 2) for part in self.c_attn(x).split(c, dim=2))
        if self.flash:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (c // self.heads) ** -0.5
            y = F.softmax(scores.masked_fill(self.mask[:t, :t], float("-inf")), dim=-1) @ v
        return self.attn_proj(y.transpose(1, 2).reshape(b, t, c))

    def forward(self, x):
        x = x + self.attention(self.ln_1(x))
        return x + self.mlp_proj(F.gelu(self.c_fc(self.ln_2(x))))


class Gpt(torch.nn.Module):
    """GPT-2's shape as the preset has it: no biases, exact GELU, learned positions, output tied to the table, no dropout."""

    def __init__(self, vocabulary, context, c, layers, heads, hidden, flash):
        super().__init__()
        self.wte = torch.nn.Embedding(vocabulary, c)
        self.wpe = torch.nn.Embedding(context, c)
        self.blocks = torch.nn.ModuleList(Block(c, heads, hidden, flash) for _ in range(layers))
        self.ln_f = torch.nn.LayerNorm(c, bias=False)
        self.register_buffer("places", torch.arange(context))
        mask = torch.ones(context, context, dtype=torch.bool).triu(1)
        for block in self.blocks:
            block.register_buffer("mask", mask)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                torch.nn.init.normal_(weight, std=0.02 / (2 * layers) ** 0.5 if name.endswith("proj.weight") else 0.02)

    def forward(self, ids, targets):
        x = self.wte(ids) + self.wpe(self.places[:ids.shape[1]])
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.ln_f(x), self.wte.weight)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))


def train(batch, context, vocabulary, c, layers, heads, hidden):
    torch.set_grad_enabled(True)
    data = torch.randint(vocabulary, (200_000,))
    window = torch.arange(context)

    def way(flash, **settings):
        model = Gpt(vocabulary, context, c, layers, heads, hidden, flash)
        weights = list(model.parameters())
        optimizer = torch.optim.AdamW([{"params": [w for w in weights if w.dim() >= 2], "weight_decay": 0.1},
                                       {"params": [w for w in weights if w.dim() < 2], "weight_decay": 0.0}],
                                      lr=1e-3, betas=(0.9, 0.99), eps=1e-8, **settings)

        def step():
            places = torch.randint(len(data) - context, (batch, 1)) + window
            loss = model(data[places], data[places + 1])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            return loss

        return step

    return {"flash attention, fused AdamW": way(True, fused=True), "flash attention, foreach AdamW": way(True, foreach=True),
            "plain attention, fused AdamW": way(False, fused=True), "plain attention, foreach AdamW": way(False, foreach=True)}


CASES = {"matmul": matmul, "gemv": gemv, "gemv-transposed": gemv_transposed, "softmax": softmax, "softmax-backward": softmax_backward,
         "layernorm": layernorm, "layernorm-backward": layernorm_backward, "train": train}
