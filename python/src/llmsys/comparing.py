"""Comparisons of tensors: they give numpy's arrays, as no gradient comes through them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmsys.arguments import numbers, wrong_value


def values_of(value: Any) -> Any:
    """A tensor's values, to be read and not kept; anything else as it is."""
    if not isinstance(value, Compared):
        return value
    return value.numpy() if value._graph is not None else value._data


class Compared:
    """What is compared element by element, shapes repeated as numpy does."""

    __slots__ = ()
    _graph: Any
    _data: Any
    numpy: Any  # the tensor's own

    def __eq__(self, other: object) -> NDArray[np.bool_]:  # type: ignore[override]
        return self._compared(np.equal, other)

    def __ne__(self, other: object) -> NDArray[np.bool_]:  # type: ignore[override]
        return self._compared(np.not_equal, other)

    def __lt__(self, other: Any) -> NDArray[np.bool_]:
        return self._compared(np.less, other)

    def __le__(self, other: Any) -> NDArray[np.bool_]:
        return self._compared(np.less_equal, other)

    def __gt__(self, other: Any) -> NDArray[np.bool_]:
        return self._compared(np.greater, other)

    def __ge__(self, other: Any) -> NDArray[np.bool_]:
        return self._compared(np.greater_equal, other)

    __hash__ = object.__hash__

    def _compared(self, how: np.ufunc, other: Any) -> NDArray[np.bool_]:
        values = numbers(values_of(other), "a comparison", "the other operand")
        try:
            return how(values_of(self), values)
        except ValueError:
            raise wrong_value(
                f"a comparison of shapes {np.shape(values_of(self))} and {values.shape}", "extents differ where neither is 1", "reshape one of them"
            ) from None
