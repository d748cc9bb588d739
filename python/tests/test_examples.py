"""The examples of docstrings run; where one says behind ``#`` what comes out, that comes out."""

import ast
import inspect
import textwrap

import numpy as np
import pytest

import llmsys
from llmsys import nn, optim
from llmsys.nn import functional as F

NOT_HERE = {"llmsys.load_plugin": "the examples of plug-ins are built with the engine", "llmsys.Error": "it shows how one is caught"}


def documented():
    for prefix, module in (("llmsys", llmsys), ("llmsys.nn", nn), ("llmsys.nn.functional", F), ("llmsys.optim", optim)):
        for name in module.__all__:
            value = getattr(module, name) if name != "Workbench" else None
            yield f"{prefix}.{name}", value
            if inspect.isclass(value):
                for own in vars(value):
                    if not own.startswith("_"):
                        yield f"{prefix}.{name}.{own}", inspect.getattr_static(value, own)


def examples():
    found = {}
    for name, value in documented():
        text = inspect.getdoc(getattr(value, "__func__", value)) if callable(value) or isinstance(value, (staticmethod, property)) else None
        _, begun, block = (text or "").partition("Example::\n")
        if begun and name not in NOT_HERE:
            found[name] = textwrap.dedent(block.lstrip("\n"))
    return found


EXAMPLES = examples()


@pytest.fixture
def names(checkout, rng, tmp_path, monkeypatch):
    """What the examples take for granted."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workspace").symlink_to(checkout / "workspace")
    text = "The question is to be or not to be, and so on and so forth, for a while. " * 8
    (tmp_path / "stories.txt").write_text(text)
    model = llmsys.load_model("workspace/model")
    ids = np.array([[1, 2, 3]])

    def array(*shape):
        return rng.standard_normal(shape, np.float32)

    network = nn.Sequential(nn.Embedding(8, 4, rng), nn.Linear(4, 8, rng=rng))
    return {
        **{"llmsys": llmsys, "numpy": np, "np": np, "nn": nn, "F": F, "rng": rng, "text": text},
        **{"ids": ids, "targets": np.array([[2, 3, 4]])},
        **{"m": model, "tok": model.tokenizer, "logits": array(61), "table": array(8, 4)},
        **{"x": array(2, 3, 64), "weight": array(64), "bias": array(64)},
        **{"q": array(1, 2, 3, 8), "k": array(1, 2, 3, 8), "v": array(1, 2, 3, 8)},
        **{"a": array(2, 3), "b": array(3, 2), "gate": array(2, 3)},
        **{"up": array(2, 3), "w": array(3), "g": array(3), "model": network, "optimizer": optim.SGD(network.parameters(), 0.1)},
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_what_it_says(name, names):
    code, last = EXAMPLES[name], name.rpartition(".")[2]
    if last in ("Server", "no_grad"):
        names |= {"model": names["m"] if last == "Server" else lambda ids: names["m"].logits([1]), "ids": [1]}
    code = code.replace("range(200)", "range(2)").replace("range(100)", "range(2)")
    lines = code.splitlines()
    for statement in ast.parse(code).body:
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), name, "exec"), names)
            continue
        result = eval(compile(ast.Expression(statement.value), name, "eval"), names)
        said = lines[statement.end_lineno - 1][statement.end_col_offset :].partition("#")[2].strip()
        try:
            expected = ast.literal_eval(said)
        except (SyntaxError, ValueError):
            continue
        if isinstance(expected, str):
            assert result == expected
        elif isinstance(expected, tuple):
            assert result.shape == expected
        else:
            np.testing.assert_allclose(result, expected, atol=1e-4)


def test_there_are_examples():
    assert len(EXAMPLES) >= 40
