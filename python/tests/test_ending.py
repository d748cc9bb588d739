"""Python ends while threads are inside the engine, or called back by it: the process ends with status 0, and says nothing."""

import subprocess
import sys

import pytest

START = """
import sys, threading, time
import numpy as np
import llmsys

model = llmsys.load_model(sys.argv[1])
begun = threading.Event()

def forever(call):
    while True:
        call()
        begun.set()

def leave(*calls):
    for call in calls:
        threading.Thread(target=forever, args=(call,), daemon=True).start()
    begun.wait()
    time.sleep(0.05)
"""
INSIDE = {
    "a callback of the engine": "leave(*[lambda: model.run_with_cache([1] * 40, lambda name: name.endswith('z'))] * 3)",
    "a long product": "a = np.ones((500, 500), 'f'); leave(*[lambda: llmsys.matmul(a, a)] * 3)",
    "a text": "leave(*[lambda: list(model.stream([1], max_tokens=30, stop='@@'))] * 3)",
    "memory that others hold": "t = llmsys.tensor(np.ones((99, 99))); held = np.from_dlpack(t); leave(lambda: np.from_dlpack(t))",
}


@pytest.mark.parametrize("what", INSIDE)
def test_python_ends_meanwhile(what, checkout):
    for _ in range(3):
        command = [sys.executable, "-c", START + INSIDE[what], checkout / "workspace" / "model"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
