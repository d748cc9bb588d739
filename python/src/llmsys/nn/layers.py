"""The layers a transformer is made of. Weights have torch's shapes and its first values, drawn from a generator that may be given."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from llmsys.arguments import choice, flag, generator, real, whole, wrong_type, wrong_value
from llmsys.nn import functional as F
from llmsys.nn.module import Module, Parameter
from llmsys.tensor import Operand, Tensor

__all__ = [
    "Dropout",
    "Embedding",
    "GELU",
    "LayerNorm",
    "Linear",
    "RMSNorm",
    "ReLU",
    "SelfAttention",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SwiGLU",
    "Tanh",
]


def _uniform(rng: np.random.Generator | None, bound: float, shape: tuple[int, ...]) -> np.ndarray:
    return generator(rng, "a layer").uniform(-bound, bound, shape)


def _extent(value: int, layer: str, name: str) -> int:
    return whole(value, layer, name, 0, 2**31 - 1)


class Linear(Module):
    """y = x W^T + b. Shapes: weight (out_features, in_features), bias (out_features); x (..., in_features).

    First values: uniform in +-1/sqrt(in_features).
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        into, out = _extent(in_features, "Linear", "in_features"), _extent(out_features, "Linear", "out_features")
        bound = 1 / math.sqrt(max(into, 1))
        self.weight = Parameter(_uniform(rng, bound, (out, into)))
        self.bias = Parameter(_uniform(rng, bound, (out,))) if flag(bias, "Linear", "bias") else None

    def forward(self, input: Operand) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        out_features, in_features = self.weight.shape
        return f"{in_features}, {out_features}{'' if self.bias is not None else ', bias=False'}"


class Embedding(Module):
    """Rows of a table. Shapes: weight (num_embeddings, embedding_dim); ids (...) give (..., embedding_dim). First values: normal, variance 1."""

    def __init__(self, num_embeddings: int, embedding_dim: int, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        shape = _extent(num_embeddings, "Embedding", "num_embeddings"), _extent(embedding_dim, "Embedding", "embedding_dim")
        self.weight = Parameter(generator(rng, "Embedding").standard_normal(shape))

    def forward(self, input: ArrayLike) -> Tensor:
        return F.embedding(input, self.weight)

    def extra_repr(self) -> str:
        return ", ".join(map(str, self.weight.shape))


class LayerNorm(Module):
    """(x - mean) / sqrt(variance + eps) * weight + bias over the last axis of normalized_shape elements."""

    def __init__(self, normalized_shape: int, eps: float = 1e-5, bias: bool = True) -> None:
        super().__init__()
        self.eps = real(eps, "LayerNorm", "eps", 0)
        extent = _extent(normalized_shape, "LayerNorm", "normalized_shape")
        self.weight = Parameter(np.ones(extent))
        self.bias = Parameter(np.zeros(extent)) if flag(bias, "LayerNorm", "bias") else None

    def forward(self, input: Operand) -> Tensor:
        return F.layer_norm(input, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, eps={self.eps}"


class RMSNorm(Module):
    """x / sqrt(mean of x^2 + eps) * weight over the last axis of normalized_shape elements."""

    def __init__(self, normalized_shape: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = real(eps, "RMSNorm", "eps", 0)
        self.weight = Parameter(np.ones(_extent(normalized_shape, "RMSNorm", "normalized_shape")))

    def forward(self, input: Operand) -> Tensor:
        return F.rms_norm(input, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, eps={self.eps}"


class SelfAttention(Module):
    """Every row looks back: queries, keys and values by one product, attention of num_heads heads, and a product out. x (B,T,C) to (B,T,C).

    Source: Vaswani et al. 2017, arXiv 1706.03762.
    """

    def __init__(self, embed_dim: int, num_heads: int, is_causal: bool = True, bias: bool = True, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        embed_dim, num_heads = _extent(embed_dim, "SelfAttention", "embed_dim"), whole(num_heads, "SelfAttention", "num_heads", 1, 65536)
        if embed_dim % num_heads:
            raise ValueError(
                f"error: SelfAttention of {embed_dim} in {num_heads} heads\nwhy: heads share it evenly\nfix: pass a divisor of {embed_dim}"
            )
        self.num_heads, self.is_causal = num_heads, flag(is_causal, "SelfAttention", "is_causal")
        self.qkv = Linear(embed_dim, 3 * embed_dim, bias, rng)
        self.out = Linear(embed_dim, embed_dim, bias, rng)

    def forward(self, input: Operand) -> Tensor:
        return self.out(F.self_attention(self.qkv(input), self.num_heads, self.is_causal))

    def extra_repr(self) -> str:
        return f"num_heads={self.num_heads}, is_causal={self.is_causal}"


class SwiGLU(Module):
    """down(silu(gate(x)) * up(x)), Llama's feed-forward layer. x (...,C), hidden_features in between. Source: Shazeer 2020, arXiv 2002.05202."""

    def __init__(self, in_features: int, hidden_features: int, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        self.gate = Linear(in_features, hidden_features, False, rng)
        self.up = Linear(in_features, hidden_features, False, rng)
        self.down = Linear(hidden_features, in_features, False, rng)

    def forward(self, input: Operand) -> Tensor:
        return self.down(F.swiglu(self.gate(input), self.up(input)))


class Sequential(Module):
    """Modules one after another."""

    def __init__(self, *modules: Module) -> None:
        super().__init__()
        for module in modules:
            if not callable(module):
                raise wrong_type("Sequential", module, "modules", "they are called one after another", "pass modules")
        self.modules = list(modules)

    def children(self):
        return ((str(i), module) for i, module in enumerate(self.modules))

    def forward(self, input: Operand) -> Tensor:
        for module in self.modules:
            input = module(input)
        return input

    def __getitem__(self, index: int) -> Module:
        return self.modules[index]

    def __len__(self) -> int:
        return len(self.modules)


class Dropout(Module):
    """Each element 0 with probability p while training, else divided by 1 - p; nothing after eval()."""

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        self.p, self.rng = real(p, "Dropout", "p", 0), generator(rng, "Dropout")
        if self.p >= 1:
            raise wrong_value(f"Dropout got p {self.p:g}", "it is a probability below 1", "pass 0 to 0.9")

    def forward(self, input: Operand) -> Tensor:
        return F.dropout(input, self.p, self.training, self.rng)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, input: Operand) -> Tensor:
        return F.relu(input)


class GELU(Module):
    """x Phi(x)."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = choice(approximate, "GELU", "approximate", ("none", "tanh"))

    def forward(self, input: Operand) -> Tensor:
        return F.gelu(input, self.approximate)


class SiLU(Module):
    """x sigmoid(x)."""

    def forward(self, input: Operand) -> Tensor:
        return F.silu(input)


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, input: Operand) -> Tensor:
        return F.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Operand) -> Tensor:
        return F.tanh(input)
