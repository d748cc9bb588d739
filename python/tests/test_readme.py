"""The code of the READMEs runs as it is printed, block after block."""

import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[str]:
    # A workbench needs a JDK; its own tests run those.
    return [code for code in BLOCK.findall(path.read_text()) if "Workbench" not in code]


def run(path: Path) -> dict:
    names: dict = {}
    for number, code in enumerate(blocks(path), 1):
        exec(compile(code, f"{path.name}, block {number}", "exec"), names)
    return names


def test_this_packages_readme(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    names = run(checkout / "python" / "README.md")
    assert {"a", "model", "m", "t"} <= set(names)
    assert "naive" in capsys.readouterr().out


def test_the_first_readme(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    if not blocks(checkout / "README.md"):
        pytest.fail("the README of the checkout has no Python section")
    run(checkout / "README.md")
    assert capsys.readouterr().out
