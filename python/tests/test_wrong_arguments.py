"""Whatever is passed where: a call works, or raises TypeError, ValueError or llmsys.Error with three lines. The signatures are read, so that a
function or a parameter that is new fails here until it has a call in valid_calls.py."""

from __future__ import annotations

import inspect
import itertools
import warnings

import numpy as np
import pytest
from valid_calls import public_callables, parameters, valid_calls

import llmsys

READ_ONLY = np.ones((3, 4), np.float32)
READ_ONLY.flags.writeable = False
VALUES = {
    "None": None,
    "a str": "nonsense",
    "half a pair": "\ud800",
    "a zero inside": "a\0b",
    "bytes": b"x",
    "an empty list": [],
    "mixed": [1, "a"],
    "ragged": [[1], [1, 2]],
    "a dict": {},
    "an object": object(),
    "a class": int,
    "complex": 1j,
    "complex array": np.full((3, 4), 1j),
    "object array": np.full((3, 4), None),
    "str array": np.array(["12345"]),
    "bool array": np.ones((3, 4), bool),
    "structured": np.zeros(3, "f4,i4"),
    "-1": -1,
    "0": 0,
    "2^62": 2**62,
    "2^70": 2**70,
    "-2^70": -(2**70),
    "True": True,
    "0.5": 0.5,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "1e300": 1e300,
    "five axes": np.ones((1,) * 5, np.float32),
    "no axes": np.float32(1),
    "no elements": np.zeros((0,), np.float32),
    "no rows": np.zeros((0, 4), np.float32),
    "no columns": np.zeros((3, 0), np.float32),
    "another shape": np.ones((7, 5), np.float32),
    "float64": np.ones((3, 4)),
    "big-endian": np.ones((3, 4), ">f4"),
    "Fortran order": np.asfortranarray(np.ones((3, 4), np.float32)),
    "every second": np.ones((6, 8), np.float32)[::2, ::2],
    "backwards": np.ones((3, 4), np.float32)[::-1],
    "read-only": READ_ONLY,
    "NaN inside": np.full((3, 4), np.nan, np.float32),
    "whole numbers": np.full((3,), -7),
    "too large inside": np.array([2**40]),
    "unsigned": np.array([2**63], np.uint64),
    "a range": range(3),
    "a function": len,
}


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    checkout = pytest.importorskip("llmsys") and __import__("conftest").CHECKOUT
    if not (checkout / "workspace" / "model").is_dir():
        pytest.skip("these tests are not in a checkout")
    return valid_calls(tmp_path_factory.mktemp("sweep"), llmsys.load_model(checkout / "workspace" / "model"))


def outcome(f, args, named):
    """What a call gives, with what it opened closed again."""
    result = f(*args, **named)
    if inspect.isgenerator(result):
        list(itertools.islice(result, 3))
    for end in ("stop", "close"):
        if not isinstance(result, np.ndarray) and hasattr(result, end):
            getattr(result, end)()
            break
    return result


def test_every_public_callable_is_swept(calls):
    missing = []
    for name, f in public_callables():
        takes = parameters(f)
        if name in calls:
            known = set(calls[name].named) | set(takes[: len(calls[name].args)])
            missing += [f"{name}({parameter}=)" for parameter in takes if parameter not in known and parameter not in ("up", "approximate")]
        elif takes:
            missing.append(name)
    assert not missing, "these have no call in valid_calls.py"


def names():
    return sorted({name for name, f in public_callables() if parameters(f)} | {"operators"})


@pytest.mark.parametrize("name", names())
def test_what_does_not_fit_is_told(name, calls):
    chosen = [each for each in calls if each.startswith("operator.") or each == "Tensor.data"] if name == "operators" else [name]
    wrong = []
    for each in chosen:
        call = calls[each]
        if call.works:
            outcome(call.f, call.args, call.named)
        for place in (*range(len(call.args)), *call.named):
            for title, value in VALUES.items():
                if place == "names_filter" and callable(value):
                    continue  # what a function raises is its own
                args = tuple(value if i == place else argument for i, argument in enumerate(call.args))
                named = {key: value if key == place else argument for key, argument in call.named.items()}
                told = failure(call.f, args, named)
                if told:
                    wrong.append(f"{each}, {place} = {title}: {told}")
                llmsys.memory_limit(0)
                llmsys.set_threads(1)
    assert not wrong, "\n".join([f"{len(wrong)} answers are not three lines of TypeError, ValueError or Error", *wrong[:40]])


def failure(f, args, named):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            outcome(f, args, named)
            return None
        except (TypeError, ValueError, llmsys.Error) as error:
            text = str(error)
            if "\nwhy: " in text and "\nfix: " in text and "12345" not in text and len(text) < 2000:
                return None
            return f"{type(error).__name__}: {text[:160]!r}"
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:160]!r}"


@pytest.mark.parametrize(
    "f", [llmsys.relu, llmsys.matmul, llmsys.rope, llmsys.Arena, llmsys.Tokenizer.load, llmsys.Arena().empty, llmsys.set_threads]
)
def test_too_many_too_few_and_unknown_arguments(f):
    x = np.full((2, 2), 12345, np.float32)
    for args, named in (((), {"nobody": x}), ((x,) * 9, {}), ((x, x), {"nobody": 1, "out": None})):
        with pytest.raises(TypeError) as failed:
            f(*args, **named)
        text = str(failed.value)
        assert "12345" not in text and "incompatible" not in text and "\nfix: " in text and len(text) < 600, text
