"""A command of the workbench while it runs: its output piece by piece, and Ctrl-C."""

from __future__ import annotations

import codecs
import sys
import time
from collections.abc import Iterator

from .problem import problem, three_lines

OUT, ERR, END = 1, 2, 0
LOOK_MILLIS = 50          # Ctrl-C is heard between two looks
PATIENCE = 5.0            # seconds for a command to save and end after it was asked to, before its wait is broken


class Running:
    """Use it in a with block: a block that is left early, by an exception too, stops the command.

    The output comes as text; a command never runs more than a piece or two ahead of whoever reads.
    """

    def __init__(self, execution, name: str, remarks: bool = False):
        """remarks: whether what the command says beside its output goes to sys.stderr as it comes."""
        self._execution = execution
        self._name = name
        self._remarks = remarks
        self._decoders = {kind: codecs.getincrementaldecoder("utf-8")("replace") for kind in (OUT, ERR)}
        self._ended = False
        self.said: list[str] = []

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *exception) -> None:
        if not self._ended:
            self.stop()

    def output(self) -> Iterator[str]:
        """What the command prints to standard output, as it comes. Raises what the command threw, at the end."""
        while True:
            piece = self._execution.read(LOOK_MILLIS)                  # with the lock given back, so that signals come
            if piece is None:
                continue
            kind, data = piece
            if kind == END:
                self._ended = True
                break
            text = self._decoders[kind].decode(data)
            if kind == OUT:
                yield text
            else:
                self._remark(text)
        status = self._execution.status()
        if status != 0:
            raise self._failed(status)

    def lines(self) -> Iterator[str]:
        """The same, line by line."""
        rest = ""
        for piece in self.output():
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        if rest:
            yield rest

    def text(self) -> str:
        """All of it."""
        return "".join(self.output())

    def stop(self) -> None:
        """Asks the command to stop, and waits until it has: it may save first. A second Ctrl-C does not wait."""
        self._execution.cancel()
        asked = time.monotonic()
        broken = False
        while time.monotonic() - asked < 2 * PATIENCE:
            piece = self._execution.read(LOOK_MILLIS)
            if piece is not None and piece[0] == END:
                self._ended = True
                return
            if piece is not None and piece[0] == ERR:
                self._remark(self._decoders[ERR].decode(piece[1]))
            if not broken and time.monotonic() - asked > PATIENCE:
                self._execution.interrupt()
                broken = True

    def _remark(self, text: str) -> None:
        self.said.append(text)
        if self._remarks:
            sys.stderr.write(text)
            sys.stderr.flush()

    def _failed(self, status: int) -> Exception:
        said = "".join(self.said).strip()
        if said.startswith("error: "):
            return three_lines(said)
        return problem(f"{self._name} ended with status {status}", said.splitlines()[-1] if said else "its output says more", "see what it printed")
