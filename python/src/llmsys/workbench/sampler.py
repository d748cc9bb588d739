"""A Python function as a sampler of the workbench."""

from __future__ import annotations

import inspect
import operator
import traceback
from collections.abc import Callable

import numpy as np


class ChosenByFunction:
    """What the bridge calls for each token: shows the function the logits, and turns its answer or its exception into what Java understands.

    failure: the last exception of the function, for whoever asks why a text ended.
    """

    def __init__(self, function: Callable[..., int]):
        self._function = function
        self._takes_draw = _takes_two(function)
        self.failure: BaseException | None = None

    def __call__(self, memory, draw: float) -> tuple[int, str]:
        """memory: float32 (V) in Java's heap, good until this returns. Returns (id, "") or (-1, why)."""
        try:
            logits = np.frombuffer(memory, dtype=np.float32)
            del memory                                                 # this frame outlives the call when the function raises
            try:
                chosen = self._function(logits, draw) if self._takes_draw else self._function(logits)
            finally:
                size = logits.size
                del logits
            return self._checked(chosen, size)
        except BaseException as raised:                                # a SystemExit too: this thread is not Python's to end
            # Frames hold the logits, and those must be let go before Java has its array back.
            inner = raised.__traceback__.tb_next if raised.__traceback__ is not None else None
            traceback.clear_frames(inner)
            self.failure = raised.with_traceback(inner)
            return -1, f"{type(raised).__name__}: {raised}"

    @staticmethod
    def _checked(chosen, size: int) -> tuple[int, str]:
        try:
            number = operator.index(chosen)
        except TypeError:
            return -1, f"it gave {type(chosen).__name__} where an id is wanted: an int from 0 to {size - 1}"
        if not 0 <= number < size:
            return -1, f"it picked token {number}, which the vocabulary of {size} does not have"
        return number, ""


def _takes_two(function: Callable[..., int]) -> bool:
    """Whether it wants the random number too."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):                                    # a function of C, such as np.argmax
        return False
    required = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    return len(required) == 2


class RegisteredSampler:
    """A sampler while it is offered; leaving its with block, or unregister(), takes it back."""

    def __init__(self, name: str, unregister: Callable[[str], None]):
        self.name = name
        self._unregister = unregister

    def unregister(self) -> None:
        """Returns when no running text asks it any more; texts that followed the workbench's choice go on with the next sampler."""
        self._unregister(self.name)

    def __enter__(self) -> RegisteredSampler:
        return self

    def __exit__(self, *exception) -> None:
        self.unregister()

    def __repr__(self) -> str:
        return f"RegisteredSampler({self.name!r})"
