"""The engine's memory: how much of it is in use, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llmsys import _native

__all__ = ["MemoryStats", "OwnerStats", "memory_stats"]


class OwnerStats(NamedTuple):
    """The counts of one owner, such as ``"arena"`` or ``"tape"``."""

    live_bytes: int
    peak_bytes: int
    allocations: int
    frees: int
    limit_bytes: int


class MemoryStats(NamedTuple):
    """The counts of the engine's allocator. numpy's own arrays are not in them."""

    live_bytes: int
    """In use now."""
    peak_bytes: int
    """The most there was."""
    allocations: int
    frees: int
    limit_bytes: int
    """What ``memory_limit`` set; 0: none."""
    owners: Mapping[str, OwnerStats]


def memory_stats() -> MemoryStats:
    """How many bytes of the engine's memory are in use, in all and by owner.

    Example::

        stats = llmsys.memory_stats()
        print(stats.live_bytes, stats.owners["arena"].live_bytes)
    """
    total, owners = _native.memory()
    return MemoryStats(**total, owners={owner: OwnerStats(**counts) for owner, counts in owners.items()})
