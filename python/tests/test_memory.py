"""Arenas: numpy arrays in the engine's memory, which they keep alive."""

import gc

import numpy as np
import pytest

import llmsys


def live(owner):
    owners = llmsys.memory_stats().owners
    return owners[owner].live_bytes if owner in owners else 0


def test_arrays_lie_in_the_engines_memory():
    with llmsys.Arena(owner="of this test") as arena:
        x = arena.empty((3, 4))
        assert x.shape == (3, 4) and x.dtype == np.float32 and x.flags.writeable and x.ctypes.data % 64 == 0
        assert live("of this test") >= 48 and arena.used >= 48 and arena.views == 1
        x[:] = 2
        np.testing.assert_array_equal(llmsys.matmul(x, x.T), np.full((3, 3), 16))
        assert arena.zeros(5, "int64").sum() == 0 and arena.copy(x[:, ::2]).tolist() == [[2, 2]] * 3
    del x
    gc.collect()
    assert live("of this test") == 0


def test_views_keep_the_memory_after_the_block():
    with llmsys.Arena(owner="kept") as arena:
        x = arena.empty(1000)
        x[:] = np.arange(1000)
        view = x[10:20:2]
    assert arena.closed
    del x
    gc.collect()
    assert view.tolist() == [10, 12, 14, 16, 18] and live("kept") > 0
    with pytest.raises(llmsys.Error, match="left"):
        arena.empty(3)
    del view
    gc.collect()
    assert live("kept") == 0


def test_free_is_refused_while_an_array_is_in_use():
    arena = llmsys.Arena(owner="refused")
    x = arena.empty((2, 2))
    view = x.T
    del x
    for call in (arena.free, arena.close, arena.reset):
        with pytest.raises(llmsys.Error, match="1 array is in use") as failure:
            call()
        assert failure.value.status == "state" and "copy" in failure.value.fix
    view[:] = 1
    assert view.sum() == 4
    del view
    arena.reset()
    assert arena.used == 0
    arena.free()
    arena.free()
    assert live("refused") == 0


def test_an_arena_grows_and_is_filled_again():
    arena = llmsys.Arena(chunk=1024, owner="grows")
    arrays = [arena.empty(200) for _ in range(5)] + [arena.empty(10_000)]
    for i, array in enumerate(arrays):
        array[:] = i
    assert [array.max() for array in arrays] == [0, 1, 2, 3, 4, 5] and arena.capacity >= 44_000
    del arrays, array
    arena.reset()
    assert arena.capacity == 1024
    assert arena.empty(0).shape == (0,) and arena.empty(()).shape == ()
    arena.free()


def test_what_cannot_be_is_refused():
    with llmsys.Arena() as arena:
        for shape in ((-1,), (2**40, 2**40), (2**61,)):
            with pytest.raises(ValueError):
                arena.empty(shape)
        with pytest.raises(TypeError, match="object"):
            arena.empty(3, dtype=object)
    with pytest.raises(ValueError, match="chunk"):
        llmsys.Arena(chunk=0)


def test_a_limit_is_told():
    llmsys.memory_limit(llmsys.memory_stats().live_bytes + 100_000)
    with llmsys.Arena(chunk=64) as arena, pytest.raises(llmsys.Error) as failure:
        arena.empty(1_000_000)
    assert failure.value.status == "out-of-memory"
    assert llmsys.memory_stats().limit_bytes > 0
    llmsys.memory_limit(0)


def test_counts_add_up():
    before = llmsys.memory_stats()
    arena = llmsys.Arena(chunk=4096, owner="counted")
    x = arena.empty(10)
    during = llmsys.memory_stats()
    assert during.live_bytes - before.live_bytes >= 4096 and during.allocations > before.allocations
    del x
    arena.free()
    after = llmsys.memory_stats()
    assert after.live_bytes == before.live_bytes and after.frees > before.frees and after.peak_bytes >= during.live_bytes
