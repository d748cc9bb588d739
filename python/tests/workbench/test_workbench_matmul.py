"""Products that Java computes over numpy's memory, against numpy in float64."""

from __future__ import annotations

import threading

import numpy as np
import pytest


U = 2.0 ** -24


def check(product: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Within the contract's bound: 2 K u (|A|·|B|) an element."""
    exact = a.astype(np.float64) @ b.astype(np.float64)
    bound = 2 * max(1, a.shape[-1]) * U * (np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64))
    assert product.shape == exact.shape and product.dtype == np.float32
    assert np.all(np.abs(product - exact) <= bound)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).standard_normal(shape, dtype=np.float32)


@pytest.mark.parametrize("m, k, n", [(1, 1, 1), (13, 207, 5), (207, 13, 207), (64, 64, 64), (1, 207, 300), (300, 1, 1), (5000, 3, 2), (3, 9000, 2),
                                     (2, 3, 5000)])
def test_matrices(wb, m, k, n):
    check(wb.matmul(numbers(m, k), numbers(k, n)), numbers(m, k), numbers(k, n))


@pytest.mark.parametrize("m, k, n", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0)])
def test_nothing(wb, m, k, n):
    """No elements, or an empty sum, which is 0."""
    assert np.array_equal(wb.matmul(numbers(m, k), numbers(k, n)), np.zeros((m, n)))


@pytest.mark.parametrize("a, b", [((7,), (7,)), ((7,), (7, 3)), ((5, 7), (7,)), ((2, 5, 7), (7, 3)), ((2, 5, 7), (2, 7, 3)),
                                  ((4, 1, 5, 7), (3, 7, 2)), ((0, 5, 7), (7, 3)), ((2, 5, 7), (7,)), ((7,), (2, 7, 3))])
def test_shapes_are_those_of_numpy(wb, a, b):
    wanted = numbers(*a).astype(np.float64) @ numbers(*b).astype(np.float64)
    product = wb.matmul(numbers(*a), numbers(*b))
    assert product.shape == wanted.shape
    np.testing.assert_allclose(product, wanted, rtol=1e-5, atol=1e-5)


def test_strides(wb):
    """Turned, every other, backwards, repeated: read where they lie."""
    x = numbers(40, 60)
    for a, b in [(x.T, x), (x[::2, ::3], x[:20, :7]), (x[::-1], x[:, ::-1].T), (np.broadcast_to(x[:1], (9, 60)), x.T), (x[3:4, 5:6], x[6:7, 7:8])]:
        check(wb.matmul(a, b), a, b)


def test_java_writes_where_out_lies(wb):
    """Through a view into the middle of a larger array: there and nowhere else, and out itself comes back."""
    whole = np.full((50, 60), 7, np.float32)
    out = whole[10:23, 40:20:-2]
    product = wb.matmul(numbers(13, 207), numbers(207, 10), out=out)
    assert product is out
    check(out, numbers(13, 207), numbers(207, 10))
    check(whole[10:23, 40:20:-2], numbers(13, 207), numbers(207, 10))
    outside = np.ones(whole.shape, bool)
    outside[10:23, 40:20:-2] = False
    assert np.all(whole[outside] == 7)


def test_java_reads_the_arrays_themselves(script):
    """Operands of 256 MB each with a Java heap of 64 MB, and the process does not grow by a copy of either."""
    out = script("""
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        a, b = np.ones((1, 1 << 26), "f"), np.ones((1 << 26, 1), "f")
        b[:] = 0
        b[5], b[-1] = 3, 4
        with llmsys.Workbench(HOUSE, memory="64m") as wb:
            wb.matmul(a[:, :100], b[:100])
            before = resident()
            print(wb.matmul(a, b)[0, 0])
            a[0, 5], b[0] = 11, 1                                      # and what is written to them later is seen
            print(wb.matmul(a[:, :8], b[:8])[0, 0])
            print((resident() - before) >> 20)
    """)
    whole, part, grown = out.split()
    assert (float(whole), float(part)) == (7, 1 + 33)
    assert int(grown) < 128


def test_the_result_has_the_kernels_own_bits(wb):
    """A long sum is cut into pieces and large matrices into panels; within the class fma-k-ascending that changes no bit."""
    a, b = numbers(3, 9000), numbers(9000, 2)
    wb.use("matmul", "naive")
    product = wb.matmul(a, b)
    wb.use("matmul", "vector")
    assert np.array_equal(product, wb.matmul(a, b))
    fused = np.zeros((3, 2), np.float32)
    for k in range(9000):                                              # one fused step: the product is exact in float64, its sum is rounded once more
        fused = (a[:, k:k + 1].astype(np.float64) * b[k:k + 1].astype(np.float64) + fused).astype(np.float32)
    assert np.array_equal(product, fused)


@pytest.mark.parametrize("a, b, out, kind, says", [
    (np.ones((2, 3)), np.ones((3, 2), "f"), None, TypeError, "float64"),
    ([[1.0]], np.ones((1, 1), "f"), None, TypeError, "list"),
    (np.ones((2, 3), "f"), np.ones((4, 2), "f"), None, ValueError, "(2, 3) by (4, 2)"),
    (np.ones((2, 5, 3), "f"), np.ones((4, 3, 2), "f"), None, ValueError, "(2, 5, 3) by (4, 3, 2)"),
    (np.float32(1) * np.ones((), "f"), np.ones((1, 1), "f"), None, (ValueError, TypeError), "matmul"),
    (np.ones((2, 3), "f"), np.ones((3, 2), "f"), np.ones((2, 3), "f"), ValueError, "(2, 2)"),
    (np.ones((2, 3), "f"), np.ones((3, 2), "f"), np.ones((2, 2)), TypeError, "float64"),
])
def test_what_does_not_fit_is_refused_in_words(wb, a, b, out, kind, says):
    with pytest.raises(kind) as raised:
        wb.matmul(a, b, out)
    assert says in str(raised.value) and str(raised.value).startswith("error: ")


def test_out_must_be_apart_and_writable(wb):
    x = np.ones((4, 4), np.float32)
    with pytest.raises(ValueError, match="shares memory"):
        wb.matmul(x, x, out=x)
    x = np.ones((4, 4), np.float32)
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read only"):
        wb.matmul(np.ones((4, 4), "f"), np.ones((4, 4), "f"), out=x)


def test_a_thousand_products_leave_nothing_behind(script):
    """The process's memory is the same after 1,000 products as after 200, and threads that came and went are gone."""
    out = script("""
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        def threads():
            return len(os.listdir("/proc/self/task"))
        with llmsys.Workbench(HOUSE, memory="128m", java_options=["-Xms128m", "-XX:+AlwaysPreTouch"]) as wb:
            a, b = np.ones((207, 130), "f"), np.ones((130, 64), "f")
            def work(count):
                for _ in range(count):
                    wb.matmul(a, b)
            work(200)
            memory, there = resident(), threads()
            work(1000)
            for _ in range(20):
                worker = threading.Thread(target=work, args=(5,))
                worker.start()
                worker.join()
            print((resident() - memory) / 2**20, threads() - there)
    """)
    grown, more = out.split()
    assert float(grown) < 16 and int(more) <= 2


def test_other_threads_run_meanwhile(wb):
    """The lock of Python is given back: a thread counts while Java multiplies."""
    counted, done = [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            counted[0] += 1

    a = np.ones((1500, 1500), np.float32)
    wb.use("matmul", "naive")
    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    wb.matmul(a[:400], a)
    during = counted[0] - before
    done.set()
    thread.join()
    assert during > 1000
