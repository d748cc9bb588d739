"""What ./llmsys dist writes, opened from another place."""

from __future__ import annotations

import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def distribution(house, environment, tmp_path_factory):
    """The folder and the zip."""
    out = tmp_path_factory.mktemp("release")
    said = subprocess.run([str(house / "llmsys"), "dist", "--out", str(out)], env=environment, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


def test_the_zip_opens_in_python(distribution, script, tmp_path):
    """Named by LLMSYS_HOME or given, from a folder with a space; what it writes lies beside the launcher there."""
    folder, archive = distribution
    place = tmp_path / "another place"
    place.mkdir()
    shutil.copy(archive, place / "my llmsys.zip")
    out = script("""
        with llmsys.Workbench() as wb:
            print(wb.root)
            print(wb.home)
            print(repr(wb.generate("The old clock", max_tokens=20, temperature=0)))
    """, LLMSYS_HOME=str(place / "my llmsys.zip"), XDG_CACHE_HOME=str(tmp_path / "cache"))
    root, home, text = out.strip().split("\n")
    assert root.startswith(str(tmp_path / "cache")) and home == f"{root}/.llmsys"
    with_folder = script(f"""
        with llmsys.Workbench({folder!r}) as wb:
            print(repr(wb.generate("The old clock", max_tokens=20, temperature=0)))
    """)
    assert with_folder.strip() == text
