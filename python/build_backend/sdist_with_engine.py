"""The build backend: scikit-build-core, with an sdist that carries the engine.

In a checkout the engine is the neighbouring folder ``../native``, which an archive of this folder would miss.
``build_sdist`` therefore packs a copy of both from a folder of its own; all else is scikit-build-core's.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from scikit_build_core.build import (  # noqa: F401  (a build frontend looks them up here)
    build_editable,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)
from scikit_build_core.build import build_sdist as _build_sdist

_NOT_PACKED = ("target", "build", "dist", "__pycache__", "*.egg-info", ".pytest_cache", ".hypothesis", ".venv", "*.so")


def build_sdist(sdist_directory: str, config_settings: dict | None = None) -> str:
    """An archive of this folder and of the engine's sources, tests and examples left out."""
    here = Path.cwd()
    archive = Path(sdist_directory).absolute()
    with tempfile.TemporaryDirectory(prefix="llmsys-sdist-") as temporary:
        stage = Path(temporary) / "python"
        shutil.copytree(here, stage, ignore=shutil.ignore_patterns(*_NOT_PACKED))
        if not (stage / "native").exists():
            engine = here.parent / "native"
            shutil.copytree(engine, stage / "native", ignore=shutil.ignore_patterns("tests", "examples", *_NOT_PACKED))
        licence = here.parent / "LICENSE"
        if licence.exists():
            shutil.copy2(licence, stage / "LICENSE")
        os.chdir(stage)
        try:
            return _build_sdist(str(archive), config_settings)
        finally:
            os.chdir(here)
