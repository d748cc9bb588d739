"""The record behind tensors: which of them lie on which tape of the engine.

Results hold their graph, so a tape goes when the last result computed on it goes. Each thread computes on its current graph; ``backward`` ends that,
so the next step begins on a new tape and the old one's memory goes with the last loss that is kept.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from llmsys import _native
from llmsys.errors import Error

if TYPE_CHECKING:
    from llmsys.tensor import Tensor


class _Thread(threading.local):
    current: weakref.ref[Graph] | None = None
    gradients = True


_thread = _Thread()


class Graph:
    """A tape, and the leaves that were put on it."""

    __slots__ = ("__weakref__", "tape", "_placed", "_variables")

    def __init__(self) -> None:
        self.tape = _native.Tape()
        self._placed: list[tuple[Tensor, int]] = []  # leaves that want a gradient, each time they were put
        self._variables: dict[int, tuple[Tensor, int, bool, int]] = {}  # id of a leaf: the leaf, its version, gradient wanted, variable

    def variable(self, tensor: Tensor) -> int:
        """The tape's number of a tensor; a leaf is put there when it is not yet, or has changed."""
        if tensor._graph is not None:
            if tensor._graph is not self:
                raise Error(
                    f"an operation over tensors of two graphs, one of them of shape {tensor.shape}",
                    "backward ends a graph, and a result of it cannot take part in the next one",
                    "compute it again, or take its values alone with detach()",
                    "state",
                )
            return tensor._variable
        wanted = tensor.requires_grad and _thread.gradients
        known = self._variables.get(id(tensor))
        if known is not None and known[1:3] == (tensor._version, wanted) and not tensor._handed_out:
            return known[3]
        variable = self.tape.tensor(tensor._data, wanted)
        self._variables[id(tensor)] = (tensor, tensor._version, wanted, variable)
        if wanted:
            self._placed.append((tensor, variable))
        return variable

    def backward(self, variable: int) -> None:
        """Adds the gradients of a variable to the leaves' own."""
        self.tape.backward(variable)
        if _thread.current is not None and _thread.current() is self:
            _thread.current = None
        for leaf, place in self._placed:
            gradient = self.tape.gradient(place)
            if gradient is not None:
                leaf.grad = gradient if leaf.grad is None else np.add(leaf.grad, gradient)


def graph_of(tensors: Sequence[Tensor]) -> Graph:
    """The graph of the first result among them, or the thread's current one."""
    for tensor in tensors:
        if tensor._graph is not None:
            return tensor._graph
    graph = _thread.current() if _thread.current is not None else None
    if graph is None:
        graph = Graph()
        _thread.current = weakref.ref(graph)
    return graph


def gradients_enabled() -> bool:
    return _thread.gradients


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, no result requires a gradient. It holds for the thread that enters it.

    Example::

        with llmsys.no_grad():
            logits = model(ids)
    """
    before, _thread.gradients = _thread.gradients, False
    try:
        yield
    finally:
        _thread.gradients = before
