"""Operations over tensors that remember, with torch's argument names. llmsys itself has the same names over numpy arrays."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from llmsys.arguments import choice, flag, generator, integers, real, whole, wrong_value
from llmsys.attention import bias_of
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
    "scaled_dot_product_attention",
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
    return apply("gelu-tanh" if choice(approximate, "gelu", "approximate", ("none", "tanh")) == "tanh" else "gelu", input)


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
    return apply("layernorm", *operands, numbers=(real(eps, "eps", "it", 0),))


def rms_norm(input: Operand, weight: Operand, eps: float = 1e-5) -> Tensor:
    """x / sqrt(mean of x^2 + eps) * weight over the last axis (...,C). Source: Zhang and Sennrich 2019, arXiv 1910.07467."""
    return apply("rmsnorm", input, weight, numbers=(real(eps, "eps", "it", 0),))


def embedding(input: ArrayLike, weight: Operand) -> Tensor:
    """Rows of a table. Shapes: input, whole numbers of at most 3 axes, and weight (V,C) give (*input.shape, C)."""
    ids = integers(input, "embedding", "input")
    rows = apply("embedding", weight, integers=ids.reshape(-1))
    return rows if ids.ndim == 1 else rows.reshape([*ids.shape, rows.shape[-1]])


def attention(
    query: Operand,
    key: Operand,
    value: Operand,
    attn_mask: ArrayLike | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = True,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """softmax(Q K^T scale + mask) V, for each head; the arguments are those of llmsys.attention.

    Shapes: query (B,NH,T,HS), key and value (B,NKV,S,HS), NH a multiple of NKV; attn_mask repeats to (B,NH,T,S). No gradient goes to attn_mask.
    With attn_mask or dropout_p the scores (B,NH,T,S) are kept for backward.

    Errors: TypeError and ValueError for what does not fit.

    Source: Vaswani et al. 2017, arXiv 1706.03762.
    """
    q, k, v = as_tensor(query), as_tensor(key), as_tensor(value)
    causal, dropped = flag(is_causal, "attention", "is_causal"), real(dropout_p, "attention", "dropout_p", 0, 1)
    width = q.shape[-1] if q.ndim else 0
    plain = 1 / math.sqrt(width) if width else 0.0
    factor = plain if scale is None else real(scale, "attention", "scale")
    if not flag(enable_gqa, "attention", "enable_gqa") and q.shape[1:2] != k.shape[1:2]:
        raise wrong_value(f"attention of shapes {q.shape} and {k.shape} with enable_gqa=False", "heads are equal then", "leave enable_gqa out")
    if attn_mask is None and dropped == 0:
        return apply("attention", q if factor == plain else q * (factor / plain if plain else 0.0), k, v, integers=(causal,))
    if not (q.ndim == k.ndim == 4 and k.shape == v.shape and q.shape[0] == k.shape[0] and width == k.shape[3]) or q.shape[1] % max(k.shape[1], 1):
        raise wrong_value(
            f"attention: query of shape {q.shape}, key {k.shape}, value {v.shape}", "batches and widths are equal, key heads divide query heads",
            "pass (B, NH, T, HS) and twice (B, NKV, S, HS)",
        )
    batch, heads, rows, _ = q.shape
    groups, columns = k.shape[1:3]
    bias, seen = bias_of(attn_mask, causal, (batch, heads, rows, columns))
    bias = np.where(seen[..., None], bias, np.float32(0))
    # Query heads that share a key head are rows of one product.
    together = (q * factor).reshape(batch, groups, heads // max(groups, 1) * rows, width)
    scores = (together @ k.swapaxes(2, 3)).reshape(batch, heads, rows, columns) + bias
    weights = dropout(scores.softmax() * seen[..., None].astype(np.float32), dropped, rng=rng)
    return (weights.reshape(batch, groups, heads // max(groups, 1) * rows, columns) @ v).reshape(q.shape)


scaled_dot_product_attention = attention


def self_attention(qkv: Operand, num_heads: int, is_causal: bool = True) -> Tensor:
    """Attention of (B,T,3C), queries, keys and values side by side, to (B,T,C)."""
    heads = whole(num_heads, "self_attention", "num_heads", 1, 65536)
    return apply("self-attention", qkv, integers=(heads, flag(is_causal, "self_attention", "is_causal")))


def rope(input: Operand, start: int = 0, interleaved: bool = False, theta: float = 10000.0) -> Tensor:
    """Rotary positions from start on. Shapes: (B,NH,T,HS). Source: Su et al. 2021, arXiv 2104.09864."""
    first, pairs = whole(start, "rope", "start", 0, 2**31 - 1), flag(interleaved, "rope", "interleaved")
    return apply("rope", input, integers=(first, pairs), numbers=(real(theta, "rope", "theta"),))


def cross_entropy(input: Operand, target: ArrayLike, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """-log softmax(input)[target] in nats. Shapes: input (...,V), target (...) of classes; rows of ignore_index do not count.

    reduction: "mean" over the rows that count, "sum", or "none".
    """
    logits, classes = as_tensor(input), integers(target, "cross_entropy", "target")
    left_out = whole(ignore_index, "cross_entropy", "ignore_index")
    choice(reduction, "cross_entropy", "reduction", ("mean", "sum", "none"))
    if logits.shape[:-1] != classes.shape:
        raise ValueError(
            f"error: cross_entropy: input of shape {logits.shape} and target of shape {classes.shape}\n"
            "why: each row of the last axis has one class\nfix: pass (..., V) and (...)"
        )
    if np.any((classes < 0) & (classes != left_out)):
        raise ValueError("error: cross_entropy got a class below 0\nwhy: classes count from 0\nfix: pass ignore_index for rows that are left out")
    classes = np.where(classes == left_out, -1, classes)
    if reduction == "none":
        chosen = (classes[..., None] == np.arange(logits.shape[-1])).astype(np.float32)
        return -(logits.log_softmax() * chosen).sum(-1)
    mean = apply("cross-entropy", logits, integers=classes.reshape(-1))
    return mean * int(np.count_nonzero(classes >= 0)) if reduction == "sum" else mean


def mse_loss(input: Operand, target: Operand) -> Tensor:
    """The mean of (input - target)^2 over all elements."""
    return apply("mse", input, target)


def dropout(input: Operand, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Tensor:
    """Each element 0 with probability p, else divided by 1 - p. Source: Srivastava et al. 2014."""
    p = real(p, "dropout", "p", 0)
    if p >= 1:
        raise wrong_value(f"dropout got p {p:g}", "it is a probability below 1", "pass 0 to 0.9")
    x = as_tensor(input)
    if not flag(training, "dropout", "training") or p == 0:
        return x
    return x * ((generator(rng, "dropout").random(x.shape) >= p) / (1 - p)).astype(np.float32)
