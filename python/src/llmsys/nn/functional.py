"""Operations over tensors that remember, with torch's argument names. llmsys itself has the same names over numpy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from llmsys.tensor import Operand, Tensor, apply, as_tensor

__all__ = [
    "attention",
    "cross_entropy",
    "dropout",
    "embedding",
    "gelu",
    "layer_norm",
    "linear",
    "log_softmax",
    "mse_loss",
    "relu",
    "rms_norm",
    "rope",
    "self_attention",
    "sigmoid",
    "silu",
    "softmax",
    "swiglu",
    "tanh",
]


def relu(input: Operand) -> Tensor:
    """max(x, 0). Source: Nair and Hinton 2010."""
    return apply("relu", input)


def gelu(input: Operand, approximate: str = "none") -> Tensor:
    """x Phi(x); approximate="tanh" as GPT-2 has it. Source: Hendrycks and Gimpel 2016, arXiv 1606.08415."""
    if approximate not in ("none", "tanh"):
        raise ValueError(f'error: gelu got approximate {approximate!r}\nwhy: there are two\nfix: pass "none" or "tanh"')
    return apply("gelu-tanh" if approximate == "tanh" else "gelu", input)


def silu(input: Operand) -> Tensor:
    """x sigmoid(x). Source: Elfwing et al. 2017, arXiv 1702.03118."""
    return apply("silu", input)


def sigmoid(input: Operand) -> Tensor:
    """1 / (1 + exp(-x))."""
    return apply("sigmoid", input)


def tanh(input: Operand) -> Tensor:
    """The hyperbolic tangent."""
    return apply("tanh", input)


def swiglu(input: Operand, up: Operand) -> Tensor:
    """silu(input) * up. Source: Shazeer 2020, arXiv 2002.05202."""
    return apply("multiply", silu(input), up)


def softmax(input: Operand, dim: int = -1) -> Tensor:
    """exp(x_i) / sum of exp(x_j), along an axis."""
    return as_tensor(input).softmax(dim)


def log_softmax(input: Operand, dim: int = -1) -> Tensor:
    """x_i - log of the sum of exp(x_j), along an axis."""
    return as_tensor(input).log_softmax(dim)


def linear(input: Operand, weight: Operand, bias: Operand | None = None) -> Tensor:
    """x W^T + b. Shapes: input (...,I), weight (O,I), bias (O), result (...,O)."""
    operands = [input, as_tensor(weight).transpose()]
    return apply("linear", *operands) if bias is None else apply("linear", *operands, bias)


def layer_norm(input: Operand, weight: Operand, bias: Operand | None = None, eps: float = 1e-5) -> Tensor:
    """(x - mean) / sqrt(variance + eps) * weight + bias over the last axis (...,C). Source: Ba et al. 2016, arXiv 1607.06450."""
    operands = (input, weight) if bias is None else (input, weight, bias)
    return apply("layernorm", *operands, numbers=(eps,))


def rms_norm(input: Operand, weight: Operand, eps: float = 1e-5) -> Tensor:
    """x / sqrt(mean of x^2 + eps) * weight over the last axis (...,C). Source: Zhang and Sennrich 2019, arXiv 1910.07467."""
    return apply("rmsnorm", input, weight, numbers=(eps,))


def embedding(input: ArrayLike, weight: Operand) -> Tensor:
    """Rows of a table. Shapes: input, whole numbers of at most 3 axes, and weight (V,C) give (*input.shape, C)."""
    ids = _whole(input, "embedding", "input")
    rows = apply("embedding", weight, integers=ids.reshape(-1))
    return rows if ids.ndim == 1 else rows.reshape([*ids.shape, rows.shape[-1]])


def attention(query: Operand, key: Operand, value: Operand, is_causal: bool = False) -> Tensor:
    """softmax(Q K^T / sqrt(HS)) V. Shapes: (B,NH,T,HS), keys and values (B,NKV,S,HS). Source: Vaswani et al. 2017, arXiv 1706.03762."""
    return apply("attention", query, key, value, integers=(is_causal,))


def self_attention(qkv: Operand, num_heads: int, is_causal: bool = True) -> Tensor:
    """Attention of (B,T,3C), queries, keys and values side by side, to (B,T,C)."""
    return apply("self-attention", qkv, integers=(num_heads, is_causal))


def rope(input: Operand, start: int = 0, interleaved: bool = False, theta: float = 10000.0) -> Tensor:
    """Rotary positions from start on. Shapes: (B,NH,T,HS). Source: Su et al. 2021, arXiv 2104.09864."""
    return apply("rope", input, integers=(start, interleaved), numbers=(theta,))


def cross_entropy(input: Operand, target: ArrayLike, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """-log softmax(input)[target] in nats. Shapes: input (...,V), target (...) of classes; rows of ignore_index do not count.

    reduction: "mean" over the rows that count, "sum", or "none".
    """
    logits, classes = as_tensor(input), _whole(target, "cross_entropy", "target")
    if logits.shape[:-1] != classes.shape:
        raise ValueError(
            f"error: cross_entropy: input of shape {logits.shape} and target of shape {classes.shape}\n"
            "why: each row of the last axis has one class\nfix: pass (..., V) and (...)"
        )
    if np.any((classes < 0) & (classes != ignore_index)):
        raise ValueError("error: cross_entropy got a class below 0\nwhy: classes count from 0\nfix: pass ignore_index for rows that are left out")
    classes = np.where(classes == ignore_index, -1, classes)
    if reduction == "none":
        chosen = (classes[..., None] == np.arange(logits.shape[-1])).astype(np.float32)
        return -(logits.log_softmax() * chosen).sum(-1)
    mean = apply("cross-entropy", logits, integers=classes.reshape(-1))
    if reduction == "sum":
        return mean * int(np.count_nonzero(classes >= 0))
    if reduction != "mean":
        raise ValueError(f'error: cross_entropy got reduction {reduction!r}\nwhy: there are three\nfix: pass "mean", "sum" or "none"')
    return mean


def mse_loss(input: Operand, target: Operand) -> Tensor:
    """The mean of (input - target)^2 over all elements."""
    return apply("mse", input, target)


def dropout(input: Operand, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Tensor:
    """Each element 0 with probability p, else divided by 1 - p. Source: Srivastava et al. 2014."""
    if not 0 <= p < 1:
        raise ValueError(f"error: dropout got p {p}\nwhy: it is a probability below 1\nfix: pass 0 to 0.9")
    x = as_tensor(input)
    if not training or p == 0:
        return x
    kept = (rng or np.random.default_rng()).random(x.shape) >= p
    return x * (kept / (1 - p)).astype(np.float32)


def _whole(values: Any, operation: str, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.size == 0 and not isinstance(values, np.ndarray):
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"error: {operation} got {array.dtype} for {name}\nwhy: it takes whole numbers\nfix: convert it: {name}.astype(numpy.int32)")
    return array.astype(np.int64)
