"""Tensors that remember how they were computed, so that gradients can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from llmsys import _native
from llmsys.arguments import axis_of, flag, numbers, numbers_of, real, wrong_value
from llmsys.comparing import Compared, values_of
from llmsys.graph import Graph, gradients_enabled, graph_of
from llmsys.indexing import item_of

__all__ = ["Tensor", "tensor"]

Operand = Union["Tensor", float, int, NDArray[Any]]


class Tensor(_native.BufferDoor, Compared):
    """A float32 array of at most 4 axes that remembers how it was computed.

    Operations are those of the engine's tape: ``+ - * / ** @`` with numpy's broadcasting, ``t[...]``, ``sum``, ``mean``, ``max``, ``min``, ``exp``,
    ``log``, ``sqrt``, ``abs``, ``reshape``, ``transpose``, the activations, ``softmax``, ``llmsys.concatenate`` and ``stack``, and the functions of
    ``llmsys.nn.functional``. Comparisons and ``argmax`` give numpy's arrays. ``backward`` fills ``grad`` of the tensors that were made with
    ``requires_grad``. numpy, torch and memoryview see its memory without a copy: the buffer protocol, ``__array_interface__`` and ``__dlpack__``.

    Example::

        w = llmsys.tensor([1.0, 2.0], requires_grad=True)
        ((w * w).sum()).backward()
        w.grad     # [2, 4]
    """

    __array_ufunc__ = None  # numpy leaves array + tensor to us
    __slots__ = ("_data", "_graph", "_variable", "_version", "_handed_out", "requires_grad", "grad")

    requires_grad: bool
    """Whether backward brings it a gradient; of a result: whether any of its operands does."""
    grad: NDArray[np.float32] | None
    """What backward added up, of the tensor's shape; None before."""

    def __init__(self, data: ArrayLike, requires_grad: bool = False) -> None:
        super().__init__()
        given = numbers(data._data if isinstance(data, Tensor) and data._graph is None else data, "tensor", "data")
        if given.ndim > 4:
            raise wrong_value(f"tensor got data of shape {given.shape}", "tensors have at most 4 axes", "reshape it, or work on its parts")
        self._set(np.array(given, order="C"), flag(requires_grad, "tensor", "requires_grad"))

    def _set(self, data: NDArray[np.float32] | None, requires_grad: bool, graph: Graph | None = None, variable: int = -1) -> None:
        self._data, self.requires_grad, self._graph, self._variable = data, requires_grad, graph, variable
        self._version = 0
        self._handed_out = False  # who holds the memory may write it at any time
        self.grad = None

    # ---- what it is ----------------------------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape if self._graph is None else tuple(self._graph.tape.shape(self._variable))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def dtype(self) -> np.dtype[np.float32]:
        return np.dtype(np.float32)

    @property
    def is_leaf(self) -> bool:
        """Whether it was made, and not computed."""
        return self._graph is None

    def numpy(self) -> NDArray[np.float32]:
        """Its values: the memory itself of a tensor that was made, a read-only copy of a result."""
        if self._data is None:
            self._data = self._graph.tape.value(self._variable)
            self._data.flags.writeable = False
        if self._graph is None:
            self._handed_out = True
        return self._data

    @property
    def data(self) -> NDArray[np.float32]:
        """As numpy(); may be assigned: ``w.data -= 0.1 * w.grad``."""
        return self.numpy()

    @data.setter
    def data(self, values: ArrayLike) -> None:
        if self._graph is not None:
            raise ValueError("error: data of a result was assigned\nwhy: it follows from its operands\nfix: assign to a tensor that was made")
        given = numbers(values, "data", "values")
        if given.shape != self.shape:
            raise ValueError(f"error: data of shape {given.shape} for a tensor of shape {self.shape}\nwhy: the shape stays\nfix: make a new tensor")
        if given is not self._data:
            self._data[...] = given
        self.changed()

    def changed(self) -> None:
        """To be called by who wrote its memory otherwise than through data, so that the next operation sees it."""
        self._version += 1

    def item(self) -> float:
        """The value of a tensor of one element."""
        if self.size != 1:
            raise ValueError(
                f"error: item of a tensor of shape {self.shape}\nwhy: it has {self.size} elements\nfix: take numpy(), or reduce it first"
            )
        return float(self.numpy().reshape(()))

    def tolist(self) -> Any:
        return self.numpy().tolist()

    def detach(self) -> Tensor:
        """Its values alone, as a tensor without history. They are copied."""
        return Tensor(self._data if self._graph is None else self.numpy())

    def zero_grad(self) -> None:
        self.grad = None

    def backward(self) -> None:
        """The gradient of this one number with respect to all that require one, added to their grad.

        Errors: ValueError when it has more than one element, llmsys.Error when nothing before it requires a gradient.
        """
        if self._graph is None:
            if self.size != 1 or not self.requires_grad:
                raise ValueError(
                    f"error: backward of a tensor of shape {self.shape} that was not computed\nwhy: there is nothing before it\n"
                    "fix: compute a loss of one element from tensors with requires_grad=True"
                )
            one = np.ones(self.shape, np.float32)
            self.grad = one if self.grad is None else self.grad + one
            return
        self._graph.backward(self._variable)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("error: len of a tensor without axes\nwhy: it is one number\nfix: take item()")
        return self.shape[0]

    def __bool__(self) -> bool:
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return self.item()

    def __repr__(self) -> str:
        values = np.array2string(self._data if self._graph is None else self.numpy(), separator=", ", threshold=20, precision=4)
        return f"tensor({values}{', requires_grad=True' if self.requires_grad else ''})"

    # ---- doors for other libraries --------------------------------------------------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        array = self.numpy()
        if dtype is not None and np.dtype(dtype) != array.dtype:
            if copy is False:
                raise ValueError(f"error: a float32 tensor as {np.dtype(dtype)}, without a copy\nwhy: converting copies\nfix: leave copy=False out")
            return array.astype(dtype)
        return array.copy() if copy else array

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return self.numpy().__array_interface__

    def __dlpack__(self, *, stream: Any = None, max_version: tuple[int, int] | None = None, dl_device: Any = None, copy: bool | None = None) -> Any:
        return _native.dlpack(self.numpy(), stream, max_version, dl_device, copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)

    # ---- operations -----------------------------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Tensor:
        return item_of(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError("error: elements of a tensor were assigned\nwhy: the tape would not see it\nfix: t.data[...] = values, then t.changed()")

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def _apply(self, operation: str, integers: Any = ()) -> Tensor:
        return apply(operation, self, integers=integers)

    def __add__(self, other: Operand) -> Tensor:
        return apply("add", self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return apply("add", other, self)

    def __sub__(self, other: Operand) -> Tensor:
        return apply("subtract", self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return apply("subtract", other, self)

    def __mul__(self, other: Operand) -> Tensor:
        plain = isinstance(other, (int, float)) and -3e38 < other < 3e38  # what float32 has; NaN is not
        return self.scale(other) if plain else apply("multiply", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Tensor:
        return apply("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return apply("divide", other, self)

    def __matmul__(self, other: Operand) -> Tensor:
        return apply("matmul", self, other)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return apply("matmul", other, self)

    def __neg__(self) -> Tensor:
        return self.scale(-1.0)

    def __pow__(self, exponent: Operand) -> Tensor:
        if isinstance(exponent, int) and 1 <= exponent <= 3:  # rounded as products are
            result = self
            for _ in range(exponent - 1):
                result = result * self
            return result
        return apply("power", self, exponent)

    def __rpow__(self, base: Operand) -> Tensor:
        return apply("power", base, self)

    def __abs__(self) -> Tensor:
        return apply("abs", self)

    def scale(self, by: float) -> Tensor:
        """Every element times a finite number."""
        return apply("scale", self, numbers=(real(by, "scale", "by"),))

    def sum(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The sum along axes, of all elements when there are none."""
        return self._reduced("sum", axis, keepdims)

    def mean(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The mean along axes, of all elements when there are none."""
        return self._reduced("mean", axis, keepdims)

    def max(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The largest along axes, of all elements when there are none. Elements that are equally large share the gradient."""
        return self._reduced("max", axis, keepdims)

    def min(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The smallest along axes, as max."""
        return -((-self)._reduced("max", axis, keepdims))

    def argmax(self, axis: int | None = None) -> Any:
        """Where the largest is, as numpy tells it. No gradient comes through."""
        return values_of(self).argmax(None if axis is None else axis_of(axis, self.ndim, "argmax"))

    def _reduced(self, operation: str, axis: int | Sequence[int] | None, keepdims: bool) -> Tensor:
        shape = self.shape
        axes = range(len(shape)) if axis is None else tuple(axis) if isinstance(axis, (list, tuple, range)) else (axis,)
        axes = [axis_of(each, len(shape), operation) for each in axes]
        if len(set(axes)) < len(axes):
            raise wrong_value(f"{operation} got an axis twice: {axes}", "each goes once", "pass different axes")
        keep = flag(keepdims, operation, "keepdims")
        result = self if axis is not None and not axes else apply(operation, self, integers=axes)
        return result.reshape([1 if i in axes else extent for i, extent in enumerate(shape)]) if keep else result

    def reshape(self, *shape: int | Sequence[int]) -> Tensor:
        """The same elements in another shape; one extent may be -1."""
        extents = numbers_of(shape, "reshape", "shape")
        if extents.count(-1) == 1:
            known = int(np.prod([extent for extent in extents if extent != -1], dtype=np.int64))
            extents[extents.index(-1)] = self.size // known if known > 0 else 0
        if any(extent < 0 for extent in extents):
            raise wrong_value(f"reshape of {self.shape} to {extents}", "extents are not negative, but one -1", "pass extents with that product")
        return apply("reshape", self, integers=extents)

    view = reshape

    def flatten(self) -> Tensor:
        """All elements along one axis."""
        return self.reshape(-1)

    def transpose(self, *axes: int | Sequence[int]) -> Tensor:
        """Axes in another order, as in numpy: axis i of the result is axis axes[i]; reversed when there are none."""
        order = [axis_of(axis, self.ndim, "transpose") for axis in numbers_of(axes, "transpose", "axes")] or list(range(self.ndim))[::-1]
        return apply("transpose", self, integers=order)

    permute = transpose

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes exchanged."""
        order = list(range(self.ndim))
        first, second = axis_of(axis1, self.ndim, "swapaxes"), axis_of(axis2, self.ndim, "swapaxes")
        order[first], order[second] = order[second], order[first]
        return self.transpose(order)

    @property
    def T(self) -> Tensor:
        return self.transpose()

    def exp(self) -> Tensor:
        """e to the power of each element."""
        return apply("exp", self)

    def log(self) -> Tensor:
        """The natural logarithm of each element; -infinity at 0, NaN below."""
        return apply("log", self)

    def sqrt(self) -> Tensor:
        """The square root of each element; NaN below 0."""
        return apply("sqrt", self)

    def abs(self) -> Tensor:
        """Each element without its sign; the gradient at 0 is 0."""
        return apply("abs", self)

    def relu(self) -> Tensor:
        return apply("relu", self)

    def sigmoid(self) -> Tensor:
        return apply("sigmoid", self)

    def tanh(self) -> Tensor:
        return apply("tanh", self)

    def softmax(self, axis: int = -1) -> Tensor:
        return self._along(axis, "softmax")

    def log_softmax(self, axis: int = -1) -> Tensor:
        return self._along(axis, "log-softmax")

    def _along(self, axis: int, operation: str) -> Tensor:
        if axis_of(axis, self.ndim, operation) == self.ndim - 1:
            return apply(operation, self)
        return apply(operation, self.swapaxes(axis, -1)).swapaxes(axis, -1)


def as_tensor(value: Operand) -> Tensor:
    """value itself, or a tensor without gradient that copies it."""
    return value if isinstance(value, Tensor) else Tensor(value)


def apply(operation: str, *operands: Operand, integers: Any = (), numbers: Sequence[float] = ()) -> Tensor:
    """An operation of the tape, by the name that llmsys.h gives it."""
    tensors = [as_tensor(operand) for operand in operands]
    graph = graph_of(tensors)
    variables = [graph.variable(each) for each in tensors]
    integers = integers if isinstance(integers, np.ndarray) else [int(each) for each in integers]
    variable = graph.tape.apply(operation, variables, integers, list(numbers))
    result = Tensor.__new__(Tensor)
    _native.BufferDoor.__init__(result)
    result._set(None, gradients_enabled() and any(each.requires_grad for each in tensors), graph, variable)
    return result


def tensor(data: ArrayLike, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of data, as float32.

    Shapes: at most 4 axes. data: an array of any number type, a list, or a number.

    Errors: ValueError for more axes or a ragged list; TypeError for what is no number.

    Example::

        w = llmsys.tensor(numpy.ones((2, 3)), requires_grad=True)
    """
    return Tensor(data, requires_grad)
