"""Tensors put together, with gradients that go back to each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llmsys.arguments import axis_of, wrong_type, wrong_value
from llmsys.tensor import Operand, Tensor, apply, as_tensor

__all__ = ["concatenate", "stack"]


def concatenate(tensors: Sequence[Operand], axis: int = 0) -> Tensor:
    """Tensors one behind another along an axis, their other extents equal; gradients go back to each.

    Shapes: (..., A, ...), (..., B, ...), ... give (..., A + B + ..., ...).

    Errors: TypeError for what is no list of tensors or arrays, ValueError for shapes that do not fit.

    Source: numpy.concatenate, torch.cat.

    Example::

        llmsys.concatenate([llmsys.tensor([1, 2]), llmsys.tensor([3])]).numpy()     # [1, 2, 3]
    """
    parts = _listed(tensors, "concatenate")
    at = axis_of(axis, parts[0].ndim, "concatenate")
    while len(parts) > 1:  # the tape joins four at a time
        parts = [apply("concatenate", *parts[i : i + 4], integers=(at,)) for i in range(0, len(parts), 4)]
    return parts[0]


def stack(tensors: Sequence[Operand], axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    Shapes: n times (A, B) give (n, A, B), or with the new axis where axis says.

    Errors: as concatenate.

    Source: numpy.stack, torch.stack.

    Example::

        llmsys.stack([llmsys.tensor([1, 2]), llmsys.tensor([3, 4])], axis=1).numpy()     # [[1, 3], [2, 4]]
    """
    parts = _listed(tensors, "stack")
    shape = parts[0].shape
    if any(part.shape != shape for part in parts):
        raise wrong_value(f"stack of shapes {[part.shape for part in parts][:8]}", "they are equal", "reshape or cut what differs")
    at = axis_of(axis, len(shape) + 1, "stack")
    return concatenate([part.reshape([*shape[:at], 1, *shape[at:]]) for part in parts], at)


def _listed(tensors: Any, operation: str) -> list[Tensor]:
    if not isinstance(tensors, (list, tuple)):
        raise wrong_type(operation, tensors, "tensors", "it takes several", "pass a list of tensors")
    if not tensors:
        raise wrong_value(f"{operation} of no tensors", "there is nothing to join", "pass one or more")
    return [as_tensor(each) for each in tensors]
