"""A distribution in a zip, unpacked once for all who use it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from .problem import problem

MOST_ENTRIES = 10_000
MOST_BYTES = 1 << 31
FIX = "make it again with ./llmsys dist"


def unpack(path: Path) -> Path:
    """The folder with what the zip holds. Its name comes from the zip's own bytes, so a zip is unpacked once, and a newer one beside it.

    path: a zip that ``./llmsys dist`` wrote: one folder at the top.
    """
    target = _cache() / _digest(path)
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=target.name + ".", dir=target.parent))
        try:
            _extract(path, fresh)
            try:
                fresh.rename(target)
            except OSError:
                if not target.is_dir():                                # else somebody else was quicker, with the same bytes
                    raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return _only_folder(target, path)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "llmsys"


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return "dist-" + digest.hexdigest()[:32]


def _only_folder(folder: Path, path: Path) -> Path:
    inside = [entry for entry in folder.iterdir() if entry.is_dir()]
    if len(inside) != 1:
        raise problem(f"cannot open {path}", f"it has {len(inside)} folders at the top, and a distribution has one", FIX)
    return inside[0]


def _extract(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise problem(f"cannot open {path}", f"it holds more than {MOST_ENTRIES} files or {MOST_BYTES} bytes", FIX)
            for entry in entries:
                _extract_one(archive, entry, folder, path)
    except zipfile.BadZipFile as bad:
        raise problem(f"cannot open {path}", f"it is no zip, or a broken one: {bad}", FIX) from None


def _extract_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, path: Path) -> None:
    name = PurePosixPath(entry.filename)
    mode = entry.external_attr >> 16
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or stat.S_ISLNK(mode):
        raise problem(f"cannot open {path}", f"the entry {entry.filename!r} leads out of its folder", FIX)
    target = folder.joinpath(*name.parts)
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, open(target, "xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
    if mode & stat.S_IXUSR:
        target.chmod(0o755)
