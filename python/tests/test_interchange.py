"""Tensors pass to other libraries without a copy, and other libraries' arrays come in."""

import sys

import numpy as np
import pytest

import llmsys
from llmsys import _native


def test_all_doors_show_the_same_memory():
    t = llmsys.tensor([[1, 2], [3, 4]])
    doors = [
        t.numpy(),
        np.asarray(t),
        np.asarray(memoryview(t)),
        np.from_dlpack(t),
        np.asarray(type("Door", (), {"__array_interface__": t.__array_interface__, "t": t})),
    ]
    t.numpy()[0, 0] = 9
    assert all(door[0, 0] == 9 for door in doors)
    assert t.__dlpack_device__() == (1, 0)


def test_dlpack_is_versioned():
    t = llmsys.tensor(np.arange(6).reshape(2, 3))
    assert '"dltensor_versioned"' in repr(t.__dlpack__(max_version=(1, 0)))
    assert '"dltensor"' in repr(t.__dlpack__()) and '"dltensor"' in repr(t.__dlpack__(max_version=(0, 8)))
    copied = _native.dlpack(t.numpy(), None, (1, 0), None, True)
    assert "versioned" in repr(copied)
    with pytest.raises(BufferError, match="device"):
        t.__dlpack__(dl_device=(2, 0))
    with pytest.raises(ValueError, match="stream"):
        t.__dlpack__(stream=1)


class Exported:
    """What has a DLPack capsule of an array and nothing else."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **how):
        return _native.dlpack(self.array, how.get("stream"), how.get("max_version"), how.get("dl_device"), how.get("copy"))

    def __dlpack_device__(self):
        return (1, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int8", "int32", "int64", "uint16", "bool"])
def test_dlpack_of_every_type_and_stride(dtype):
    wide = np.arange(48).reshape(6, 8).astype(dtype)
    for view in (wide, wide[::2, ::-1], wide.T, wide[:0], wide[1, 2:3]):
        taken = np.from_dlpack(Exported(view))
        assert taken.dtype == view.dtype and taken.strides == view.strides
        np.testing.assert_array_equal(taken, view)
        assert view.size == 0 or np.shares_memory(taken, view)


def test_dlpack_memory_lives_as_long_as_its_taker():
    array = np.arange(1000, dtype=np.float32)
    count = sys.getrefcount(array)
    capsule = _native.dlpack(array, None, (1, 0), None, None)
    assert sys.getrefcount(array) == count + 1
    del capsule  # nobody took it
    assert sys.getrefcount(array) == count
    taken = np.from_dlpack(Exported(array))
    assert sys.getrefcount(array) > count
    del taken
    assert sys.getrefcount(array) == count


def test_read_only_memory_needs_a_version():
    array = np.ones(3, np.float32)
    array.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        _native.dlpack(array, None, None, None, None)
    assert "versioned" in repr(_native.dlpack(array, None, (1, 0), None, None))


def test_operands_through_each_door():
    x = np.float32([[1, -2], [-3, 4]])

    class Interface:
        __array_interface__ = x.__array_interface__

    for operand in (Exported(x), Interface(), memoryview(x), llmsys.tensor(x)):
        np.testing.assert_array_equal(llmsys.relu(operand), [[1, 0], [0, 4]])
        np.testing.assert_array_equal(llmsys.matmul(operand, np.eye(2, dtype=np.float32)), x)


def test_torch_takes_and_gives():
    torch = pytest.importorskip("torch")
    t = llmsys.tensor([1, 2, 3])
    seen = torch.from_dlpack(t)
    seen[0] = 7
    assert t.numpy()[0] == 7
    out = torch.empty(2, 2)
    assert llmsys.matmul(torch.eye(2), torch.ones(2, 2), out=out) is out
    assert out.tolist() == [[1, 1], [1, 1]]
