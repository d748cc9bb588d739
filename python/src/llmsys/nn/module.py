"""Module: parameters and smaller modules under names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from llmsys.arguments import flag, numbers, text, wrong_type
from llmsys.tensor import Tensor

__all__ = ["Module", "Parameter"]


class Parameter(Tensor):
    """A tensor that a module learns: it requires a gradient."""

    __slots__ = ()

    def __init__(self, data: ArrayLike) -> None:
        super().__init__(data, requires_grad=True)


class Module:
    """A part of a network. Parameters and modules that are assigned to it are found by their names.

    Example::

        class Net(llmsys.nn.Module):
            def __init__(self):
                super().__init__()
                self.hidden = llmsys.nn.Linear(2, 8)
                self.out = llmsys.nn.Linear(8, 1)

            def forward(self, x):
                return self.out(self.hidden(x).tanh())
    """

    training: bool

    def __init__(self) -> None:
        self.training = True

    def forward(self, *inputs: Any) -> Tensor:
        """What it computes."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def __call__(self, *inputs: Any) -> Tensor:
        return self.forward(*inputs)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules that were assigned to it, with their names; those in lists under list.0, list.1, ..."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value
            elif isinstance(value, (list, tuple)):
                yield from ((f"{name}.{i}", each) for i, each in enumerate(value) if isinstance(each, Module))

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """All parameters with their names, such as ("hidden.weight", ...); one that is shared comes once."""
        text(prefix, "named_parameters", "prefix")
        seen: set[int] = set()
        for name, parameter in self._named(prefix):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def _named(self, prefix: str) -> Iterator[tuple[str, Parameter]]:
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                yield prefix + name, value
        for name, child in self.children():
            yield from child._named(f"{prefix}{name}.")

    def parameters(self) -> Iterator[Parameter]:
        """All parameters."""
        return (parameter for _, parameter in self.named_parameters())

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def train(self, mode: bool = True) -> Module:
        """Sets training, here and below: what dropout asks."""
        self.training = flag(mode, "train", "mode")
        for _, child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Module:
        """train(False)."""
        return self.train(False)

    def state_dict(self) -> dict[str, NDArray[np.float32]]:
        """Copies of all parameters by name."""
        return {name: parameter._data.copy() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Takes values by name; all names and shapes are checked before anything changes.

        Errors: ValueError that lists missing, extra and mis-shaped names.
        """
        own = dict(self.named_parameters())
        if not isinstance(state, Mapping):
            raise wrong_type("load_state_dict", state, "state", "it is arrays by their names", "pass what state_dict() gave")
        given = {name: numbers(values, "load_state_dict", str(name)) for name, values in state.items()}
        wrong = [f"{name} is missing" for name in own if name not in state]
        wrong += [f"{name} is not a parameter" for name in state if name not in own]
        wrong += [
            f"{name} has shape {given[name].shape}, not {own[name].shape}"
            for name in own
            if name in state and given[name].shape != own[name].shape
        ]
        if wrong:
            raise ValueError(f"error: a state that is not this module's\nwhy: {'; '.join(wrong)}\nfix: pass what state_dict() of such a module gave")
        for name, parameter in own.items():
            parameter._data[...] = given[name]
            parameter.changed()

    def __repr__(self) -> str:
        lines = [f"({name}): {repr(child)}" for name, child in self.children()]
        inner = "".join("\n  " + line.replace("\n", "\n  ") for line in lines)
        return f"{type(self).__name__}({self.extra_repr()}{inner}{chr(10) if inner else ''})"

    def extra_repr(self) -> str:
        """Its settings, for repr."""
        return ""
