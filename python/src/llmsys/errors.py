"""What goes wrong, in three lines: the error, why, and what to do about it."""

from __future__ import annotations

__all__ = ["Error"]

_STATUSES = (
    "ok",
    "invalid",
    "shape",
    "not-found",
    "file",
    "out-of-memory",
    "unsupported",
    "numeric",
    "cancelled",
    "state",
    "internal",
)


class Error(Exception):
    """A failure of the engine: a file that cannot be read, memory that is not there, an implementation that does not exist.

    Arguments of a wrong type raise ``TypeError``, and values or shapes that do not fit raise ``ValueError``, with the same three lines.

    Example::

        try:
            llmsys.use("matmul", "nobody")
        except llmsys.Error as error:
            print(error.fix)
    """

    status: str
    """``"not-found"``, ``"file"``, ``"out-of-memory"``, ``"unsupported"``, ``"numeric"``, ``"cancelled"``, ``"state"`` or ``"internal"``."""
    error: str
    """What failed: the operation with names and shapes."""
    why: str
    """The rule that was broken."""
    fix: str
    """What to do."""

    def __init__(self, error: str, why: str = "", fix: str = "", status: str = "internal") -> None:
        lines = [f"error: {error}"]
        if why:
            lines.append(f"why: {why}")
        if fix:
            lines.append(f"fix: {fix}")
        super().__init__("\n".join(lines))
        self.status, self.error, self.why, self.fix = status, error, why, fix

    @classmethod
    def of(cls, status: int, text: str) -> Error:
        """From a status of llmsys.h and its three lines."""
        parts: dict[str, list[str]] = {"error": [], "why": [], "fix": []}
        part = "error"
        for line in text.splitlines():
            name, separator, rest = line.partition(": ")
            if separator and name in parts:
                part, line = name, rest
            parts[part].append(line)
        error, why, fix = ("\n".join(lines) for lines in parts.values())
        name = _STATUSES[status] if 0 <= status < len(_STATUSES) else "internal"
        return cls(error, why, fix, name)
