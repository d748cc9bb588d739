"""Writes src/llmsys/_native.pyi from the module as it is built: ``python stubs.py [folder]``. A test compares what is committed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "src" / "llmsys"
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.executable, "-m", "pybind11_stubgen", "llmsys._native", "-o", made, "--exit-code"], check=True)
        text = (Path(made) / "llmsys" / "_native.pyi").read_text()
    lines = (line.rstrip() for line in text.splitlines())
    (folder / "_native.pyi").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
