"""Scaled dot product attention over numpy arrays, with torch's argument names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from llmsys import _native
from llmsys.arguments import array, flag, float32, generator, numbers, real, wrong_type, wrong_value

__all__ = ["attention", "scaled_dot_product_attention"]


def attention(
    query: NDArray[np.float32],
    key: NDArray[np.float32],
    value: NDArray[np.float32],
    attn_mask: ArrayLike | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = True,
    *,
    window: int = 0,
    lengths: ArrayLike | None = None,
    slopes: NDArray[np.float32] | None = None,
    rng: np.random.Generator | None = None,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """softmax(Q K^T scale + mask) V, for each head.

    attn_mask: True where a query sees a key, or numbers that are added to the scores. dropout_p: each weight is 0 with this probability, else divided
    by 1 - dropout_p; drawn from rng. is_causal: query i of T sees the keys 0 to S - T + i (torch begins at key 0; with T = S that is the same).
    scale: 1 / sqrt(HS) when None. enable_gqa: NH may be a multiple of NKV (grouped queries), query head h reads key head h * NKV / NH.
    window: of the keys that is_causal shows the last so many (0: all). lengths (B): keys that count in each sequence. slopes (NH): ALiBi, adds
    -slope * distance to the scores; causal only. A query that sees no key gets zeros.

    Shapes: query (B,NH,T,HS), key and value (B,NKV,S,HS), the result as query; or without B, or without B and heads. attn_mask repeats to (B,NH,T,S).
    float32; any strides but the last axis' are read where they lie. Memory is that of a block of scores; with attn_mask or dropout_p it is (NH,T,S).

    Errors: TypeError for another dtype, ValueError for shapes that do not fit, or a window, lengths or slopes beside attn_mask or dropout_p.

    Source: Vaswani et al. 2017, arXiv 1706.03762; streaming: Dao et al. 2022, arXiv 2205.14135; ALiBi: Press et al. 2021, arXiv 2108.12409.

    Example::

        y = llmsys.attention(q, k, v, is_causal=True)
        llmsys.attention(numpy.eye(2, dtype="f"), numpy.eye(2, dtype="f"), numpy.eye(2, dtype="f"), [[True, False], [False, True]])[1]     # [0, 1]
    """
    causal = flag(is_causal, "attention", "is_causal")
    dropped = real(dropout_p, "attention", "dropout_p", 0, 1)
    if not flag(enable_gqa, "attention", "enable_gqa"):
        _equal_heads(query, key)
    factor = None if scale is None else real(scale, "attention", "scale")
    if attn_mask is None and dropped == 0:
        if factor is not None:
            query = float32(query, "attention", "query")
            query = query * np.float32(factor * math.sqrt(query.shape[-1] if query.ndim else 1))
        return _native.attention(query, key, value, is_causal=causal, window=window, lengths=lengths, slopes=slopes, out=out)
    if lengths is not None or slopes is not None or not isinstance(window, int) or window != 0:
        raise wrong_value(
            "attention got window, lengths or slopes beside attn_mask or dropout_p", "one mask says all of it", "put them into attn_mask"
        )
    operands = [float32(each, "attention", name) for each, name in ((query, "query"), (key, "key"), (value, "value"))]
    return _with_mask(*operands, attn_mask, causal, dropped, factor, rng, out)


scaled_dot_product_attention = attention


def bias_of(attn_mask: Any, is_causal: bool, shape: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What is added to scores of a shape (..., T, S), and which queries see a key: (..., T). Both repeat to the shape."""
    bias = np.zeros((1, 1), np.float32)
    if attn_mask is not None:
        mask = array(attn_mask, "attention", "attn_mask")
        if mask.dtype.kind not in "bf":
            raise wrong_type("attention", mask, "attn_mask", "it is True and False, or numbers that are added", "convert it to bool or float32")
        try:
            np.broadcast_to(mask, shape)
        except ValueError:
            raise wrong_value(
                f"attention got attn_mask of shape {mask.shape}", f"it repeats to the scores' shape {shape}", "pass extents of it, or 1"
            ) from None
        bias = np.where(mask, np.float32(0), np.float32(-np.inf)) if mask.dtype.kind == "b" else numbers(mask, "attention", "attn_mask")
        bias = bias.reshape((1,) * (2 - bias.ndim) + bias.shape)
    if is_causal:
        rows, columns = shape[-2:]
        behind = np.arange(columns) > np.arange(rows)[:, None] + (columns - rows)
        bias = np.where(behind, np.float32(-np.inf), bias)
    return bias, (bias != -np.inf).any(-1) if shape[-1] else np.zeros(shape[:-1], bool)


def _equal_heads(query: Any, key: Any) -> None:
    heads = [np.shape(each)[-3] if np.ndim(each) >= 3 else 1 for each in (query, key)]
    if heads[0] != heads[1]:
        raise wrong_value(
            f"attention of {heads[0]} query heads and {heads[1]} key heads with enable_gqa=False", "each query head has a key head then",
            "leave enable_gqa out",
        )


def _with_mask(q, k, v, attn_mask, causal, dropped, factor, rng, out):
    q4, k4, v4 = (each.reshape((1,) * (4 - each.ndim) + each.shape) if 2 <= each.ndim <= 4 else each for each in (q, k, v))
    fits = q4.ndim == k4.ndim == 4 and q.ndim == k.ndim and k.shape == v.shape and (q4.shape[0], q4.shape[3]) == (k4.shape[0], k4.shape[3])
    if not fits or (q4.shape[1] % k4.shape[1] if k4.shape[1] else q4.shape[1]):
        raise wrong_value(
            f"attention: query of shape {q.shape}, key {k.shape}, value {v.shape}", "batches and widths are equal, key heads divide query heads",
            "pass (B, NH, T, HS) and twice (B, NKV, S, HS)",
        )
    batch, heads, rows, width = q4.shape
    groups, columns = k4.shape[1:3]
    bias, seen = bias_of(attn_mask, causal, ((batch, heads, rows, columns)[4 - q.ndim :]))
    bias = np.broadcast_to(bias, (batch, heads, rows, columns))
    seen = np.broadcast_to(seen, (batch, heads, rows))[..., None]
    factor = factor if factor is not None else 1 / math.sqrt(width) if width else 0.0
    draws = generator(rng, "attention") if dropped else None
    if out is not None and (float32(out, "attention", "out").shape != q.shape or not out.flags.writeable):
        raise wrong_value(f"attention got out of shape {out.shape}", f"the result has shape {q.shape}, and is written", "pass memory for it")
    result = np.empty(q4.shape, np.float32)
    for b in range(batch):
        # Query heads that share a key head are rows of one product.
        together = np.ascontiguousarray(q4[b]).reshape(groups, -1 if groups and width else 0, width) * np.float32(factor)
        scores = _native.matmul(together, k4[b].swapaxes(-1, -2)).reshape(heads, rows, columns)
        scores = np.where(seen[b], scores + bias[b], np.float32(0))
        weights = (_native.softmax(scores) if columns else scores) * seen[b]
        if draws is not None:
            weights *= _kept(draws, dropped, weights.shape)
        result[b] = _native.matmul(weights.reshape(groups, together.shape[1], columns), v4[b]).reshape(heads, rows, width)
    result = result.reshape(q.shape)
    if out is None:
        return result
    out[...] = result
    return out


def _kept(rng: np.random.Generator, p: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """0 with probability p, else 1 / (1 - p)."""
    return (rng.random(shape) >= p).astype(np.float32) * np.float32(0 if p == 1 else 1 / (1 - p))
