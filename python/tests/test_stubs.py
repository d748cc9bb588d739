"""The stubs are those of the module, and each function tells what it computes."""

import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import llmsys
from llmsys import _native

HERE = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(importlib.util.find_spec("pybind11_stubgen") is None, reason="pybind11-stubgen is not installed")
def test_committed_stubs_are_what_the_module_says(tmp_path):
    made = subprocess.run([sys.executable, HERE / "stubs.py", tmp_path], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    committed = (HERE / "src" / "llmsys" / "_native.pyi").read_text()
    assert (tmp_path / "_native.pyi").read_text() == committed, "run python/stubs.py again"


def test_the_package_is_typed():
    assert (Path(llmsys.__file__).parent / "py.typed").exists()
    assert (Path(llmsys.__file__).parent / "_native.pyi").exists()


def test_all_names_are_there():
    missing = [name for name in llmsys.__all__ if name != "Workbench" and not hasattr(llmsys, name)]
    assert not missing and "matmul" in dir(llmsys)


COMPUTING = [
    name
    for name in llmsys.__all__
    if isinstance(getattr(_native, name, None), type(len))
    and name not in ("threads", "set_threads", "cpu", "memory_limit", "load_plugin", "unregister")
]


@pytest.mark.parametrize("name", COMPUTING)
def test_operations_tell_shapes_errors_source_and_an_example(name):
    text = inspect.getdoc(getattr(llmsys, name))
    borrowed = "swiglu's" in text or "softmax's" in text or "as sample" in text
    for part in ("Shapes", "Example::", *(() if borrowed else ("Errors: ", "Source: "))):
        assert part in text, f"{name} says nothing about {part}"


def test_everything_public_is_documented():
    silent = [name for name in llmsys.__all__ if name != "Workbench" and not inspect.getdoc(getattr(llmsys, name))]
    for module in (llmsys.nn, llmsys.optim):
        silent += [f"{module.__name__}.{name}" for name in module.__all__ if not inspect.getdoc(getattr(module, name))]
    silent += [
        f"Tensor.{name}"
        for name, value in vars(llmsys.Tensor).items()
        if not name.startswith("_")
        and inspect.isfunction(value)
        and not value.__doc__
        and name not in ("relu", "sigmoid", "tanh", "softmax", "log_softmax", "tolist", "zero_grad")
    ]
    assert not silent
