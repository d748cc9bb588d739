"""The package is what it says: one version, one library beside the module, an sdist that carries the engine."""

import importlib.util
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import llmsys
from llmsys import _native

HERE = Path(__file__).resolve().parents[1]


def test_one_version():
    assert f'version = "{llmsys.__version__}"' in (HERE / "pyproject.toml").read_text()


def test_the_library_lies_beside_the_module():
    beside = Path(_native.__file__).parent
    assert list(beside.glob("libllmsys.*"))
    loaded = Path("/proc/self/maps")
    if loaded.exists():
        paths = {line.split()[-1] for line in loaded.read_text().splitlines() if "libllmsys" in line}
        assert {Path(path).resolve() for path in paths} == {next(beside.glob("libllmsys.*")).resolve()}


def test_it_comes_up_quickly_and_alone():
    # What is not asked for is not loaded: no plotting, no torch, no JVM.
    code = "import sys, llmsys; print(sorted({'torch', 'matplotlib', 'llmsys.workbench'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_threads_follow_the_processors():
    assert 1 <= llmsys.threads() <= 256 and isinstance(llmsys.cpu(), str)
    code = "import llmsys; print(llmsys.cpu())"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "LLMSYS_CPU": "scalar"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "avx" not in done.stdout


@pytest.mark.skipif(importlib.util.find_spec("scikit_build_core") is None, reason="scikit-build-core is not installed")
def test_an_sdist_carries_the_engine(checkout, tmp_path):
    code = "import sys; sys.path.insert(0, 'build_backend'); import sdist_with_engine; print(sdist_with_engine.build_sdist(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-B", "-c", code, tmp_path], cwd=HERE, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(tmp_path.glob("llmsys-*.tar.gz"))) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    for needed in (
        "pyproject.toml",
        "CMakeLists.txt",
        "build_backend/sdist_with_engine.py",
        "src/bindings/matmul.cpp",
        "src/llmsys/py.typed",
        "src/llmsys/_native.pyi",
        "native/CMakeLists.txt",
        "native/include/llmsys.h",
        "native/include/llmsys.map",
        "native/engine/matmul/surface.cpp",
        "native/memory/Cargo.lock",
        "native/memory/src/lib.rs",
        "native/jni/jni.cmake",
    ):
        assert needed in names, f"{needed} is missing"
    unwanted = [name for name in names if "/target/" in name or "__pycache__" in name or name.endswith((".so", ".o"))]
    assert not unwanted and not (HERE / "native").exists()
