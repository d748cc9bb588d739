"""What ``t[...]`` takes of a tensor: numpy's rules, in operations of the tape, so that gradients come back to the elements that were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from llmsys.arguments import array, described, integers, wrong_value

if TYPE_CHECKING:
    from llmsys.tensor import Tensor


class IndexOutside(IndexError, ValueError):
    """An index that is not in its axis: Python's loops know it as the end, and it is a ValueError like other values that do not fit."""


class _Chosen(NamedTuple):
    """Where an array of True and False is True along one of its axes, and how long that is."""

    places: np.ndarray
    extent: int

    def of(self, extent: int, axis: int) -> np.ndarray:
        if self.extent != extent:
            raise wrong_value(
                f"a tensor got an array of True and False with {self.extent} for axis {axis}", f"the axis has {extent} elements",
                "pass one for each element",
            )
        return self.places


def item_of(x: Tensor, key: Any) -> Tensor:
    """x[key]: numbers, slices, ``...``, ``None``, arrays of whole numbers side by side, or an array of True and False."""
    entries = _complete(key if isinstance(key, tuple) else (key,), x.ndim)
    cuts: list[int] = []
    shape: list[int] = []  # of the result
    gathered: list[tuple[int, np.ndarray]] = []  # axes of the cut tensor, and what of them
    numbers_at: list[int] = []
    at = 0  # where the result has the axes of the arrays
    for entry in entries:
        axis = len(cuts) // 3
        if entry is None:
            shape.append(1)
        elif isinstance(entry, slice):
            begin, count, step = _cut(entry, x.shape[axis])
            cuts += [begin, count, step]
            shape.append(count)
        elif isinstance(entry, (np.ndarray, _Chosen)):
            if isinstance(entry, _Chosen):
                entry = entry.of(x.shape[axis], axis)
            at = at if gathered else len(shape)
            gathered.append((axis, _inside(entry, x.shape[axis], axis)))
            cuts += [0, x.shape[axis], 1]
        else:
            cuts += [int(_inside(np.array(entry), x.shape[axis], axis)), 1, 1]
            numbers_at.append(axis)
    _side_by_side([axis for axis, _ in gathered], numbers_at)
    whole = [part for extent in x.shape for part in (0, extent, 1)]
    taken = x if cuts == whole else x._apply("slice", integers=cuts)
    if gathered:
        taken, of_arrays = _gathered(taken, [axis for axis, _ in gathered], [ids for _, ids in gathered])
        shape[at:at] = of_arrays
    return taken if taken.shape == tuple(shape) else taken.reshape(shape)


def _complete(key: tuple[Any, ...], rank: int) -> list[Any]:
    """An entry for each axis: an int, a slice or an array; and a None for each axis that is new."""
    entries: list[Any] = []
    for entry in key:
        if entry is None or entry is Ellipsis or isinstance(entry, slice):
            entries.append(entry)
        elif isinstance(entry, (bool, np.bool_)) or isinstance(entry, str):
            raise TypeError(f"error: a tensor got the index {described(entry)}\nwhy: it takes numbers, slices and arrays\nfix: pass one of them")
        else:
            ids = array(entry, "a tensor", "index")
            if ids.dtype == bool:
                entries += [_Chosen(places, extent) for places, extent in zip(np.nonzero(ids), ids.shape)]
            else:
                ids = integers(entry, "a tensor", "index")
                entries.append(ids if ids.ndim else int(ids))
    taken = sum(entry is not None and entry is not Ellipsis for entry in entries)
    dots = [i for i, entry in enumerate(entries) if entry is Ellipsis]
    if taken > rank or len(dots) > 1:
        raise wrong_value(f"a tensor of {rank} axes got {taken} indices and {len(dots)} ellipses", "each axis has one", "pass fewer")
    at = dots[0] if dots else len(entries)
    return entries[:at] + [slice(None)] * (rank - taken) + entries[at + len(dots) :]


def _cut(entry: slice, extent: int) -> tuple[int, int, int]:
    try:
        begin, end, step = entry.indices(extent)
    except TypeError:
        raise TypeError("error: a tensor got a slice of no whole numbers\nwhy: it counts elements\nfix: pass begin:end:step of ints") from None
    except ValueError:
        raise wrong_value("a tensor got a slice of step 0", "it would never end", "pass another step") from None
    count = len(range(begin, end, step))
    return (begin, count, step) if count else (0, 0, 1)


def _inside(ids: np.ndarray, extent: int, axis: int) -> np.ndarray:
    if ids.size and (ids.min() < -extent or ids.max() >= extent):
        outside = ids.min() if ids.min() < -extent else ids.max()
        raise IndexOutside(
            f"error: a tensor got the index {outside} for axis {axis}\nwhy: the axis has {extent} elements\n"
            f"fix: pass indices from {-extent} to {extent - 1}"
        )
    return np.where(ids < 0, ids + extent, ids)


def _side_by_side(axes: list[int], numbers_at: list[int]) -> None:
    together = axes + (numbers_at if axes else [])
    if axes and (max(axes) - min(axes) + 1 != len(axes) or max(together) - min(together) + 1 != len(together)):
        raise wrong_value(
            f"a tensor got arrays or numbers as indices of the axes {sorted(together)}", "beside arrays such axes lie side by side",
            "take one after the other, or move axes with transpose",
        )


def _gathered(x: Tensor, axes: list[int], arrays: list[np.ndarray]) -> tuple[Tensor, list[int]]:
    """Rows of the axes, which become one that the rows of a table are taken of; and the shape that arrays have together."""
    shape = x.shape
    first, behind = axes[0], axes[-1] + 1
    try:
        arrays = [np.asarray(each) for each in np.broadcast_arrays(*arrays)]
    except ValueError:
        raise wrong_value(
            f"a tensor got index arrays of shapes {[each.shape for each in arrays]}", "they repeat to one shape", "pass equal shapes"
        ) from None
    rows, before, after = int(np.prod(shape[first:behind])), int(np.prod(shape[:first])), int(np.prod(shape[behind:]))
    ids = np.ravel_multi_index(arrays, shape[first:behind]).reshape(-1) if arrays[0].size else np.zeros(0, np.int64)
    table = x.reshape(before, rows, after).transpose(1, 0, 2).reshape(rows, before * after)
    taken = table._apply("embedding", integers=ids).reshape(ids.size, before, after).transpose(1, 0, 2)
    return taken, list(arrays[0].shape)
