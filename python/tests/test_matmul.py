"""matmul is numpy's, for all shapes, strides and batches, where the operands lie."""

import itertools
import tracemalloc

import numpy as np
import pytest

import llmsys


def product(a, b):
    return np.matmul(a.astype(np.float64), b.astype(np.float64))


def close(found, expected, inner):
    assert found.dtype == np.float32 and found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=3e-6 * max(inner, 1))


def test_a_case_to_do_by_hand():
    a = np.float32([[1, 2, 3], [4, 5, 6]])
    b = np.float32([[1, 0], [0, 1], [1, 1]])
    np.testing.assert_array_equal(llmsys.matmul(a, b), [[4, 5], [10, 11]])


@pytest.mark.parametrize("m,k,n", list(itertools.product([0, 1, 13, 207], repeat=3)))
def test_awkward_sizes(m, k, n, rng):
    a, b = rng.standard_normal((m, k), np.float32), rng.standard_normal((k, n), np.float32)
    close(llmsys.matmul(a, b), product(a, b), k)


@pytest.mark.parametrize(
    "left,right",
    [
        ((3,), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((5, 2, 3), (3,)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((1, 2, 3), (5, 3, 4)),
        ((7, 1, 2, 3), (5, 3, 4)),
        ((7, 5, 2, 3), (7, 5, 3, 4)),
        ((7, 1, 2, 3), (1, 5, 3, 4)),
        ((2, 1, 3, 2, 3), (4, 1, 3, 4)),
        ((0, 2, 3), (3, 4)),
        ((5, 2, 0), (0, 4)),
        ((5, 0, 3), (5, 3, 4)),
    ],
)
def test_batches_are_numpys(left, right, rng):
    a, b = rng.standard_normal(left, np.float32), rng.standard_normal(right, np.float32)
    close(llmsys.matmul(a, b), product(a, b), 3)


def test_views_are_read_where_they_lie(rng):
    wide = rng.standard_normal((40, 60), np.float32)
    for a in (wide[::2, ::3], wide[::-1, ::-1][:20, :20], wide.T[:20, :20], wide[5:25, 7:27], np.broadcast_to(wide[:1, :20], (20, 20))):
        b = a.T.copy()
        close(llmsys.matmul(a, b), product(a, b), 20)
        close(llmsys.matmul(b, a), product(b, a), 20)
    batches = rng.standard_normal((4, 6, 5), np.float32)
    close(llmsys.matmul(batches.transpose(1, 2, 0), batches.transpose(1, 0, 2)), product(batches.transpose(1, 2, 0), batches.transpose(1, 0, 2)), 4)


def test_no_operand_is_copied():
    # One row, repeated by a stride of 0, is a matrix of 200 MB: numpy would note a copy, and the engine would not get the memory for one.
    tall = np.broadcast_to(np.arange(7, dtype=np.float32), (7_000_000, 7))
    out = np.zeros((7_000_000, 1), np.float32)
    llmsys.memory_limit(llmsys.memory_stats().live_bytes + (64 << 20))
    tracemalloc.start()
    try:
        llmsys.matmul(tall, np.ones((7, 1), np.float32), out=out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000 and (out == 21).all()


def test_out_is_written_and_given_back(rng):
    a, b = rng.standard_normal((6, 5), np.float32), rng.standard_normal((5, 4), np.float32)
    wide = np.full((12, 8), 9, np.float32)
    out = wide[::2, ::2]
    assert llmsys.matmul(a, b, out) is out and llmsys.matmul(a, b, out=out) is out
    close(out, product(a, b), 5)
    assert (wide[1::2] == 9).all() and (wide[:, 1::2] == 9).all()
    batch = np.empty((3, 6, 4), np.float32)
    assert llmsys.matmul(a=np.stack([a] * 3), b=b, out=batch) is batch
    close(batch, product(np.stack([a] * 3), b), 5)


def test_out_does_not_share_memory_with_operands(rng):
    a = rng.standard_normal((4, 4), np.float32)
    for out in (a, a[::-1], a.T):
        with pytest.raises(ValueError, match="shares memory"):
            llmsys.matmul(a, np.eye(4, dtype=np.float32), out=out)


def test_threads_do_not_change_a_bit(rng):
    a, b = rng.standard_normal((211, 307), np.float32), rng.standard_normal((307, 199), np.float32)
    results = []
    for threads in (1, 2, 3):
        llmsys.set_threads(threads)
        results.append(llmsys.matmul(a, b).tobytes())
    assert len(set(results)) == 1


@pytest.mark.parametrize("name", [kernel for kernel in llmsys.kernels("matmul") if kernel.usable])
def test_every_kernel_is_right(name, rng):
    a, b = rng.standard_normal((45, 67), np.float32), rng.standard_normal((67, 34), np.float32)
    with llmsys.using(matmul=name):
        close(llmsys.matmul(a, b), product(a, b), 67)


@pytest.mark.parametrize(
    "arguments,keywords,message",
    [
        ((), {}, "two arrays"),
        ((1, 2, 3, 4), {}, "4 arguments"),
        ((1,), {"c": 2}, "got c, which"),
        ((1, 2), {"a": 2}, "a twice"),
    ],
)
def test_wrong_calls_are_told(arguments, keywords, message):
    with pytest.raises(TypeError, match=message):
        llmsys.matmul(*arguments, **keywords)
