"""The lock is given back in long calls, so Python goes on; and calls of many threads give what one gives."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import llmsys


def ticks_while(call):
    """How often another thread of Python got its turn while a call ran: none, when the call keeps the lock."""
    begun, ended, ticks = threading.Event(), threading.Event(), 0

    def work():
        begun.set()
        call()
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    while not ended.wait(0.0005):
        ticks += 1
    thread.join()
    return ticks


def test_python_goes_on_in_a_long_call(rng):
    a = rng.standard_normal((700, 700), np.float32)
    with llmsys.using(matmul="naive"):
        assert ticks_while(lambda: llmsys.matmul(a, a)) > 10
    x = rng.standard_normal(30_000_000, np.float32)
    out = np.empty_like(x)
    assert ticks_while(lambda: [llmsys.gelu(x, out=out) for _ in range(4)]) > 3


def test_python_goes_on_while_a_model_reads(stories):
    assert ticks_while(lambda: [stories.logits([1] * 512) for _ in range(8)]) > 3


def test_two_products_at_once(rng):
    a = rng.standard_normal((300, 300), np.float32)
    together = threading.Barrier(2, timeout=30)

    def product(_):
        together.wait()
        return llmsys.matmul(a, a).tobytes()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(product, range(2))
    assert first == second == llmsys.matmul(a, a).tobytes()


def test_a_model_writes_for_many(stories):
    expected = stories.generate("Once upon a time", max_tokens=30)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: stories.generate("Once upon a time", max_tokens=30), range(8))) == {expected}


def test_errors_are_their_threads(rng):
    def fail(i):
        try:
            llmsys.use("matmul", f"nobody-{i}")
        except llmsys.Error as error:
            return f"nobody-{i}" in str(error)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fail, range(200)))


FORKED = """
import os, numpy, llmsys
a = numpy.ones((300, 300), "f")
llmsys.set_threads(2)
llmsys.matmul(a, a)
child = os.fork()
if child == 0:
    os._exit(0 if (llmsys.matmul(a, a) == 300).all() else 3)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_computes_as_well():
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], timeout=60).returncode == 0
