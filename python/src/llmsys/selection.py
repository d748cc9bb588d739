"""Which implementation serves: looked at, changed, and changed for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from llmsys import _native
from llmsys.arguments import text

__all__ = ["Kernel", "kernels", "slots", "use", "using"]


class Kernel(str):
    """An implementation: its name, which knows more.

    It is a string, so ``"tiled" in llmsys.kernels("matmul")`` and ``llmsys.use("matmul", kernel)`` work as they read.
    """

    slot: str
    """The place it fills, such as ``"matmul"``."""
    algorithm: str
    """What it computes: ``"gelu"`` of slot ``"activation"``."""
    name: str
    numerics: str
    """Implementations of one class give equal bits; may be empty."""
    summary: str
    reference: str
    """Paper or source; may be empty."""
    ranking: int
    """The highest one that is usable serves when none was selected."""
    usable: bool
    """Whether this processor can run it."""
    serving: bool
    """Whether it was in use when it was listed."""

    def __new__(cls, told: dict[str, object]) -> Kernel:
        kernel = super().__new__(cls, told["name"])
        kernel.__dict__.update(told)
        return kernel

    def __repr__(self) -> str:
        marks = [word for word, so in (("serving", self.serving), ("not usable here", not self.usable)) if so]
        return f"<Kernel {self.slot}/{self.algorithm} {self.name}{''.join(', ' + mark for mark in marks)}>"


def kernels(slot: str | None = None) -> list[Kernel]:
    """The implementations of a slot, or of all, in order of algorithm and choice.

    Errors: none; an unknown slot has no implementations.

    Example::

        for kernel in llmsys.kernels("matmul"):
            print(kernel, kernel.summary)
    """
    return [Kernel(told) for told in _native.implementations(None if slot is None else text(slot, "kernels", "slot"))]


def slots() -> list[str]:
    """The slots there are: ``["activation", "attention", ...]``."""
    return sorted({kernel.slot for kernel in kernels()})


def use(slot: str, name: str) -> None:
    """Selects an implementation for calls and steps that begin later, in all threads; a text being written goes on with it at the next token.

    ``"auto"`` gives the choice back to the ranking.

    Errors: ``llmsys.Error`` for a slot or a name that is not there (it lists those that are), or one that this processor cannot run.

    Example::

        llmsys.use("matmul", "tiled")
        llmsys.use("matmul", "auto")
    """
    _native.select(text(slot, "use", "slot"), str(text(name, "use", "name")))


def _selection(slot: str) -> list[str]:
    chosen = (_native.selected(slot, algorithm) for algorithm in sorted({kernel.algorithm for kernel in kernels(slot) if kernel.usable}))
    return [name for name in chosen if name != "auto"]


@contextmanager
def using(**names: str) -> Iterator[None]:
    """Selects implementations inside a with block; what was selected before comes back at its end.

    Like ``use`` it holds for all threads.

    Errors: as ``use``; nothing has changed then.

    Example::

        with llmsys.using(matmul="naive"):
            c = llmsys.matmul(a, b)
    """
    before = {slot: _selection(slot) for slot in names}
    for slot, name in names.items():
        text(name, "using", slot)
    try:
        for slot, name in names.items():
            use(slot, name)
        yield
    finally:
        for slot, chosen in before.items():
            if slot in slots():
                use(slot, "auto")
                for name in chosen:
                    use(slot, name)
