"""A bundle that was installed while the workbench ran."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plugin:
    """What ``Workbench.install`` brought in.

    name:      the bundle's symbolic name; ``Workbench.uninstall`` takes it
    version:   the bundle's version
    providers: (slot, name) of each algorithm it offers
    """

    name: str
    version: str
    providers: tuple[tuple[str, str], ...]
