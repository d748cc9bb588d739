"""numpy.matmul's rules for shapes, for a product that Java computes over the arrays' own memory."""

from __future__ import annotations

import numpy as np


def operands(a: np.ndarray, b: np.ndarray, out: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Views of one rank for Java, without a copy, and the array that the caller gets: (a, b, c, result)."""
    a, b = _array("a", a), _array("b", b)
    if a.ndim == 0 or b.ndim == 0:
        raise _unfit(a, b, "a scalar has no axis to sum over")
    left = a[np.newaxis, :] if a.ndim == 1 else a
    right = b[:, np.newaxis] if b.ndim == 1 else b
    if left.shape[-1] != right.shape[-2]:
        raise _unfit(a, b, f"inner dimensions {left.shape[-1]} and {right.shape[-2]} differ")
    try:
        batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except ValueError:
        raise _unfit(a, b, "the axes before the last two do not broadcast") from None
    shape = batch + (left.shape[-2],) * (a.ndim > 1) + (right.shape[-1],) * (b.ndim > 1)
    result = np.empty(shape, np.float32) if out is None else _result(out, shape, a, b)
    c = result
    c = np.expand_dims(c, -1) if b.ndim == 1 else c
    c = np.expand_dims(c, -2) if a.ndim == 1 else c
    if batch and right.ndim == 2 and left.flags.c_contiguous and c.flags.c_contiguous:
        return left.reshape(-1, left.shape[-1]), right, c.reshape(-1, c.shape[-1]), result       # one product of many rows
    if batch:
        left = np.broadcast_to(left, batch + left.shape[-2:])
        right = np.broadcast_to(right, batch + right.shape[-2:])
    return left, right, c, result


def _array(name: str, value) -> np.ndarray:
    if not isinstance(value, np.ndarray) and (hasattr(value, "__array_interface__") or hasattr(value, "__array__")):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray):
        raise TypeError(_text(f"matmul cannot read {name}", f"it is of type {type(value).__name__}, not an array",
                              f"np.asarray({name}, np.float32)"))
    if value.dtype != np.float32:
        raise TypeError(_text(f"matmul cannot read {name} {value.shape}", f"it is {value.dtype}, and Java computes in float32 over the memory as it is",
                              f"{name}.astype(np.float32)"))
    return value


def _result(out, shape: tuple[int, ...], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    fitting = f"np.empty({shape}, np.float32)"
    if not isinstance(out, np.ndarray) or out.dtype != np.float32:
        kind = out.dtype if isinstance(out, np.ndarray) else type(out).__name__
        raise TypeError(_text("matmul cannot write to out", f"it is {kind}, not an array of float32", fitting))
    if out.shape != shape:
        raise ValueError(_text(f"matmul of {a.shape} and {b.shape} cannot write to out {out.shape}", f"the product is {shape}", fitting))
    if not out.flags.writeable:
        raise ValueError(_text(f"matmul cannot write to out {shape}", "it is read only", "give an array that may be written"))
    for operand in (a, b):
        if np.may_share_memory(out, operand):
            raise ValueError(_text(f"matmul cannot write to out {shape}", f"it shares memory with an operand {operand.shape}",
                                   "leave out= away, or give an array apart"))
    return out


def _unfit(a: np.ndarray, b: np.ndarray, why: str) -> ValueError:
    return ValueError(_text(f"matmul cannot multiply {a.shape} by {b.shape}", why, "(..., M, K) by (..., K, N) gives (..., M, N)"))


def _text(what: str, why: str, fix: str) -> str:
    return f"error: {what}\nwhy: {why}\nfix: {fix}"
