"""Arguments of what is written in Python, checked where they come in: an error tells operation, parameter, and what came."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__: list[str] = []


def described(value: Any) -> str:
    """``"float64 array of shape (2, 3)"``, or the type of what is no array. Never contents."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    return type(value).__name__


def wrong_type(operation: str, value: Any, name: str, why: str, fix: str) -> TypeError:
    return TypeError(f"error: {operation} got a {described(value)} for {name}\nwhy: {why}\nfix: {fix}")


def wrong_value(what: str, why: str, fix: str) -> ValueError:
    return ValueError(f"error: {what}\nwhy: {why}\nfix: {fix}")


def whole(value: Any, operation: str, name: str, least: int = -(2**63), most: int = 2**63 - 1) -> int:
    """value as an int from least to most."""
    try:
        number = operator.index(value)
    except TypeError:
        raise wrong_type(operation, value, name, "it is a whole number", "pass an int") from None
    if not least <= number <= most:
        shown = str(number) if abs(number) < 10**20 else "a number of more than 20 digits"
        raise wrong_value(f"{operation} got {shown} for {name}", f"it is from {least} to {most}", "pass a number in that range")
    return number


def real(value: Any, operation: str, name: str, least: float = -math.inf, most: float = math.inf) -> float:
    """value as a finite float from least to most."""
    if isinstance(value, (str, bytes)) or isinstance(value, np.ndarray) and (value.size != 1 or value.dtype.kind not in "biuf"):
        raise wrong_type(operation, value, name, "it is a number", "pass a float")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    except Exception:
        raise wrong_type(operation, value, name, "it is a number", "pass a float") from None
    if not (math.isfinite(number) and least <= number <= most):
        fence = "" if least == -math.inf and most == math.inf else f" from {least:g}" if most == math.inf else f" from {least:g} to {most:g}"
        raise wrong_value(f"{operation} got {number:g} for {name}", f"it is a finite number{fence}", "pass one in that range")
    return number


def text(value: Any, operation: str, name: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(operation, value, name, "it is a text", "pass a str")
    return value


def choice(value: Any, operation: str, name: str, among: Iterable[str]) -> str:
    """value, when it is one of the texts."""
    names = list(among)
    if text(value, operation, name) not in names:
        listed = ", ".join(f'"{each}"' for each in names)
        raise wrong_value(f"{operation} got {value[:40]!r} for {name}", f"there are {listed}", "pass one of them")
    return value


def flag(value: Any, operation: str, name: str) -> bool:
    if not isinstance(value, (bool, np.bool_)) and not (isinstance(value, int) and value in (0, 1)):
        raise wrong_type(operation, value, name, "it is yes or no", "pass True or False")
    return bool(value)


def array(value: Any, operation: str, name: str) -> NDArray[Any]:
    """What numpy makes of a value: an array, nested lists, a number, or what shares memory."""
    try:
        if not hasattr(value, "__array__") and not hasattr(value, "__array_interface__") and hasattr(value, "__dlpack__"):
            return np.from_dlpack(value)
        return np.asarray(value)
    except ValueError:
        raise wrong_value(
            f"{operation} got a {described(value)} for {name} that makes no array", "rows of one axis have one length", "pass an array"
        ) from None
    except Exception:
        raise wrong_type(operation, value, name, "numpy makes no array of it", "pass an array") from None


def numbers(value: Any, operation: str, name: str) -> NDArray[np.float32]:
    """Real numbers of any dtype as float32. Shares memory where it can."""
    made = array(value, operation, name)
    if made.dtype.kind not in "fiub":
        raise wrong_type(operation, made, name, "it takes real numbers", f"convert it: {name}.astype(numpy.float32)")
    with np.errstate(over="ignore"):
        return made.astype(np.float32, copy=False)


def float32(value: Any, operation: str, name: str) -> NDArray[np.float32]:
    """An array of float32 as it is; other dtypes are refused, as the engine refuses them."""
    if value is None or isinstance(value, (list, tuple, int, float, complex, str, bytes)):
        raise wrong_type(
            operation, value, name, "it takes numpy arrays and what shares memory as they do", f"numpy.asarray({name}, dtype=numpy.float32)"
        )
    made = array(value, operation, name)
    if made.dtype != np.float32 or not made.dtype.isnative:
        raise wrong_type(operation, made, name, "it computes in float32", f"convert it: {name}.astype(numpy.float32)")
    return made


def integers(value: Any, operation: str, name: str) -> NDArray[np.int64]:
    """Whole numbers, an array of any integer dtype or nested lists, as int64."""
    made = array(value, operation, name)
    if made.size == 0 and not isinstance(value, np.ndarray):
        made = made.astype(np.int64)
    if made.dtype.kind not in "iu":
        raise wrong_type(operation, made, name, "it takes whole numbers of at most 64 bits", f"convert it: {name}.astype(numpy.int32)")
    if made.dtype.kind == "u" and made.size and int(made.max()) >= 2**63:
        raise wrong_value(f"{operation} got {name} of more than 63 bits", "they are counted in 64 bits with a sign", "pass smaller numbers")
    return made.astype(np.int64)


def generator(value: Any, operation: str) -> np.random.Generator:
    """value, or a generator with a seed of the system's when it is None."""
    if value is None:
        return np.random.default_rng()
    if not isinstance(value, np.random.Generator):
        raise wrong_type(operation, value, "rng", "random numbers come from a generator", "pass numpy.random.default_rng(seed)")
    return value


def axis_of(axis: int, rank: int, operation: str) -> int:
    """axis counted from 0."""
    axis = whole(axis, operation, "axis")
    if not -rank <= axis < rank:
        fix = f"pass an axis from {-rank} to {rank - 1}" if rank else "pass a tensor with an axis"
        raise ValueError(f"error: {operation} got axis {axis}\nwhy: the tensor has {rank} axes\nfix: {fix}")
    return axis % rank


def numbers_of(given: tuple[Any, ...], operation: str, name: str) -> list[int]:
    """The numbers of f(2, 3), f((2, 3)) or f([2, 3])."""
    all_of = given[0] if len(given) == 1 and isinstance(given[0], (list, tuple, range, np.ndarray)) else given
    return [whole(each, operation, name) for each in all_of]
