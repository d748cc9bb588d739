"""A Java virtual machine in this process, and the workbench inside it. Use llmsys.Workbench, which is built on it."""

from collections.abc import Callable, Sequence

from typing_extensions import Buffer

def start(library: str, options: Sequence[str]) -> None:
    """Starts the machine; once a process."""

def runs() -> bool:
    """Whether the machine has been started."""

class Execution:
    """A command line that runs on a thread of Java's."""

    def read(self, millis: int) -> tuple[int, bytes] | None:
        """(kind, bytes), None when nothing came in time, (0, b'') when it has ended."""

    def status(self) -> int:
        """The exit status; raises what the command threw."""

    def cancel(self) -> None:
        """Asks it to stop, as Ctrl-C does."""

    def interrupt(self) -> None:
        """Ends a wait inside it."""

class Logits:
    """Where the logits of one choice lie in Java's memory; float32 (V), read only."""

    def __buffer__(self, flags: int, /) -> memoryview: ...

class Door:
    """The workbench's door for Python."""

    @staticmethod
    def open(run: str, home: str, root: str, flags: str) -> Door: ...
    def start(self, words: Sequence[str]) -> Execution: ...
    def matmul(self, a: Buffer, b: Buffer, c: Buffer) -> None: ...
    def register_sampler(self, name: str, summary: str, function: Callable[[Logits, float], tuple[int, str]]) -> None: ...
    def unregister_sampler(self, name: str) -> None: ...
    def install(self, jar: str) -> list[str]: ...
    def uninstall(self, name: str) -> None: ...
    def close(self) -> None: ...
