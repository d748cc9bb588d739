"""Whatever is passed where, the workbench answers with three lines of TypeError, ValueError or llmsys.Error."""

from __future__ import annotations

import numpy as np
import pytest

import llmsys

VALUES = {
    "an int": 3,
    "a float": 0.5,
    "None": None,
    "bytes": b"\xff",
    "half a pair": "\ud800",
    "a zero": "a\0b",
    "an open quote": "'",
    "a list": ["a", 1],
    "an object": object(),
    "complex": 1j,
    "array": np.ones((2, 2)),
    "no axes": np.array(3),
    "NaN": float("nan"),
    "2^70": 2**70,
}
CALLS = {
    "run": lambda wb, value: wb.run(value),
    "run, a word": lambda wb, value: wb.run("services", "--slot", value),
    "services": lambda wb, value: wb.services(value),
    "use, slot": lambda wb, value: wb.use(value, "auto"),
    "use, name": lambda wb, value: wb.use("sampler", value),
    "generate, prompt": lambda wb, value: wb.generate(value, max_tokens=1),
    "generate, stop": lambda wb, value: wb.generate("The", max_tokens=1, stop=value),
    "generate, seed": lambda wb, value: wb.generate("The", max_tokens=1, seed=value),
    "train, on_report": lambda wb, value: wb.train("nothing.txt", out="/nowhere/at/all", on_report=value),
    "install": lambda wb, value: wb.install(value),
    "uninstall": lambda wb, value: wb.uninstall(value),
    "matmul": lambda wb, value: wb.matmul(value, np.ones((2, 2), np.float32)),
    "matmul, out": lambda wb, value: wb.matmul(np.ones((2, 2), np.float32), np.ones((2, 2), np.float32), value),
    "register_sampler, name": lambda wb, value: wb.register_sampler(value, len),
    "register_sampler, function": lambda wb, value: wb.register_sampler("wrong", value),
    "register_sampler, summary": lambda wb, value: wb.register_sampler("summed", len, value).unregister(),
    "unregister_sampler": lambda wb, value: wb.unregister_sampler(value),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_does_not_fit_is_told(name, wb):
    wrong = []
    for title, value in VALUES.items():
        try:
            CALLS[name](wb, value)
        except (TypeError, ValueError, llmsys.Error) as error:
            if "\nfix: " not in str(error) or "incompatible" in str(error):
                wrong.append(f"{title}: {type(error).__name__}: {str(error)[:200]!r}")
        except Exception as error:
            wrong.append(f"{title}: {type(error).__name__}: {str(error)[:200]!r}")
    assert not wrong, "\n".join(wrong)
