"""A million small calls leave the memory as it was."""

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

import llmsys

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell a process's memory as Linux does")


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def grows(call, count, warm=2000):
    for _ in range(warm):
        call()
    before, blocks = resident(), sys.getallocatedblocks()
    for _ in range(count):
        call()
    return resident() - before, sys.getallocatedblocks() - blocks


A, B = np.ones((4, 4), np.float32), np.ones((4, 4), np.float32)
OUT = np.empty((4, 4), np.float32)


def refused():
    try:
        llmsys.matmul(A, OUT[:3])
    except ValueError:
        pass


def learn():
    w = llmsys.tensor(A, requires_grad=True)
    (w @ w).sum().backward()


def fill():
    with llmsys.Arena(chunk=256) as arena:
        arena.empty(4)


CALLS = {
    "matmul": (lambda: llmsys.matmul(A, B), 700_000),
    "matmul with out": (lambda: llmsys.matmul(A, B, out=OUT), 100_000),
    "relu": (lambda: llmsys.relu(A), 60_000),
    "softmax": (lambda: llmsys.softmax(A), 60_000),
    "softmax, first axis": (lambda: llmsys.softmax(A, 0), 20_000),
    "embedding": (lambda: llmsys.embedding([1, 2], A), 20_000),
    "refusals": (refused, 20_000),
    "dlpack": (lambda: np.from_dlpack(llmsys.tensor(A)), 10_000),
    "gradients": (learn, 5_000),
    "arenas": (fill, 5_000),
}


def test_there_are_a_million():
    assert sum(count for _, count in CALLS.values()) == 1_000_000


@pytest.mark.parametrize("name", CALLS)
def test_memory_stays_flat(name):
    call, count = CALLS[name]
    live = llmsys.memory_stats().live_bytes
    bytes_more, blocks_more = grows(call, count)
    assert bytes_more < 4 << 20 and blocks_more < 1000
    assert llmsys.memory_stats().live_bytes <= live


def test_a_text_leaves_nothing(stories):
    live = llmsys.memory_stats().live_bytes
    bytes_more, _ = grows(lambda: stories.generate("Once", max_tokens=3), 200, 20)
    assert bytes_more < 4 << 20 and llmsys.memory_stats().live_bytes == live
