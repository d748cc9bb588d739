"""What the package costs: a call beside numpy's own, and a product of 1024 beside the C header's, in turn in one run.

    python3 python/bench/run.py [--rounds N] [--json]

Each figure is the median of its rounds; the sides of a comparison take turns, so a machine that slows down slows both.
ratio > 1: the package is faster.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import llmsys
from llmsys import _native

Call = Callable[[], object]


class Matrix(ctypes.Structure):
    """lls_matrix of llmsys.h."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        ("row_stride", ctypes.c_int64),
        ("column_stride", ctypes.c_int64),
    ]

    @classmethod
    def of(cls, array: np.ndarray) -> Matrix:
        return cls(array.ctypes.data, *array.shape, array.shape[1], 1)


def header_product(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Call:
    """lls_matmul of the library that the package itself has loaded."""
    library = ctypes.CDLL(str(next(Path(_native.__file__).parent.glob("libllmsys.*"))))
    matmul = library.lls_matmul
    matmul.argtypes = [ctypes.c_char_p, *[ctypes.POINTER(Matrix)] * 2, ctypes.c_void_p, ctypes.POINTER(Matrix), ctypes.c_int32]
    operands = Matrix.of(a), Matrix.of(b), Matrix.of(c)

    def call() -> None:
        status = matmul(None, ctypes.byref(operands[0]), ctypes.byref(operands[1]), None, ctypes.byref(operands[2]), 0)
        if status != 0:
            raise RuntimeError(f"lls_matmul gave status {status}")

    return call


def medians(calls: list[Call], rounds: int, repeats: int) -> list[float]:
    """Seconds a call, of each, in turn; the first round is not counted."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(rounds + 1):
        for call, seconds in zip(calls, times):
            begin = time.perf_counter()
            for _ in range(repeats):
                call()
            if number > 0:
                seconds.append((time.perf_counter() - begin) / repeats)
    return [statistics.median(each) for each in times]


def row(slot: str, case: str, seconds: float, unit: str, by: float, peer: str, peer_seconds: float) -> dict[str, object]:
    """A figure of the package beside a peer's. by: what a second counts as in the unit; units of work a second go the other way."""
    value, other = (by / seconds, by / peer_seconds) if unit == "GFLOP/s" else (seconds * by, peer_seconds * by)
    return {
        "slot": slot,
        "name": "python",
        "case": case,
        "threads": llmsys.threads(),
        "value": round(value, 3),
        "unit": unit,
        "peer": peer,
        "peerValue": round(other, 3),
        "ratio": round(peer_seconds / seconds, 3),
    }


def measure(rounds: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(1)
    small, x = rng.standard_normal((4, 4), np.float32), rng.standard_normal((8, 8), np.float32)
    a, b = (rng.standard_normal((1024, 1024), np.float32) for _ in range(2))
    c, d = np.empty_like(a), np.empty_like(a)
    through = header_product(a, b, d)
    rows = []
    ours, numpys = medians([lambda: llmsys.matmul(small, small), lambda: np.matmul(small, small)], rounds, 2000)
    rows.append(row("matmul", "call, 4x4", ours, "us", 1e6, "numpy", numpys))
    ours, numpys = medians([lambda: llmsys.relu(x), lambda: np.maximum(x, 0)], rounds, 2000)
    rows.append(row("activation", "call, relu of 8x8", ours, "us", 1e6, "numpy", numpys))
    ours, headers, numpys = medians([lambda: llmsys.matmul(a, b, out=c), through, lambda: np.matmul(a, b, out=c)], rounds, 1)
    if not np.array_equal(llmsys.matmul(a, b), d):
        raise RuntimeError("the package and the header give different products")
    work = 2 * 1024**3 / 1e9
    rows.append(row("matmul", "1024", ours, "GFLOP/s", work, "C header", headers))
    rows.append(row("matmul", "1024", ours, "GFLOP/s", work, "numpy", numpys))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench python", description="The Python package's timings.")
    parser.add_argument("--rounds", type=int, default=25, help="rounds of each comparison (25)")
    parser.add_argument("--json", action="store_true", help="an array of objects instead of a table")
    asked = parser.parse_args()
    if not 1 <= asked.rounds <= 10000:
        print("error: --rounds is out of range\nwhy: a median needs a round, and the run must end\nfix: pass 1 to 10000", file=sys.stderr)
        return 2
    rows = measure(asked.rounds)
    if asked.json:
        print(json.dumps(rows))
        return 0
    print(f"{'slot':<12}{'case':<20}{'threads':>7}{'value':>10}  {'unit':<9}{'peer':<10}{'peer value':>10}{'ratio':>8}")
    for each in rows:
        print("{slot:<12}{case:<20}{threads:>7}{value:>10}  {unit:<9}{peer:<10}{peerValue:>10}{ratio:>8}".format(**each))
    return 0


if __name__ == "__main__":
    sys.exit(main())
