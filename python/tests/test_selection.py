"""Implementations are listed, selected, and selected for a while."""

import numpy as np
import pytest

import llmsys


def serving(slot, algorithm):
    return next(kernel for kernel in llmsys.kernels(slot) if kernel.algorithm == algorithm and kernel.serving)


def test_kernels_are_names_that_know_more():
    names = llmsys.kernels("matmul")
    assert {"naive", "tiled"} <= set(names)
    naive = names[names.index("naive")]
    assert naive.slot == naive.algorithm == "matmul" and naive.usable and naive.summary
    assert "naive" in repr(naive)
    assert set(llmsys.kernels()) >= set(names) and llmsys.kernels("nothing") == []
    assert {"matmul", "activation", "softmax", "normalization", "attention", "position", "embedding", "loss", "optimizer"} <= set(llmsys.slots())


def test_use_holds_until_auto():
    best = serving("matmul", "matmul")
    llmsys.use("matmul", "naive")
    assert serving("matmul", "matmul") == "naive"
    llmsys.use("matmul", "auto")
    assert serving("matmul", "matmul") == best


def test_using_gives_back_what_was_selected():
    llmsys.use("matmul", "tiled")
    with llmsys.using(matmul="naive"):
        assert serving("matmul", "matmul") == "naive"
        with llmsys.using(matmul="auto"):
            assert serving("matmul", "matmul") not in ("naive", "tiled")
        assert serving("matmul", "matmul") == "naive"
    assert serving("matmul", "matmul") == "tiled"
    with pytest.raises(ZeroDivisionError), llmsys.using(matmul="naive"):
        raise ZeroDivisionError
    assert serving("matmul", "matmul") == "tiled"


def test_using_keeps_the_slots_other_algorithms():
    gelu = next(kernel for kernel in llmsys.kernels("activation") if kernel.algorithm == "gelu" and kernel.usable and not kernel.serving)
    relu = next(kernel for kernel in llmsys.kernels("activation") if kernel.algorithm == "relu" and kernel.usable and not kernel.serving)
    llmsys.use("activation", gelu)
    with llmsys.using(activation=relu):
        assert serving("activation", "relu") == relu and serving("activation", "gelu") == gelu
    assert serving("activation", "relu") != relu and serving("activation", "gelu") == gelu


def test_what_is_not_there_changes_nothing():
    llmsys.use("matmul", "naive")
    with pytest.raises(llmsys.Error, match="nobody"), llmsys.using(matmul="tiled", softmax="nobody"):
        raise AssertionError("was entered")
    assert serving("matmul", "matmul") == "naive"
    with pytest.raises(llmsys.Error, match="no slot"):
        llmsys.use("nowhere", "naive")


def test_selection_is_what_computes(rng):
    # The reference adds in double, one number after another, the others in lanes: alike, and not to the last bit.
    q, k, v = rng.standard_normal((3, 1, 2, 100, 16), np.float32)
    lanes = llmsys.attention(q, k, v)
    with llmsys.using(attention="reference"):
        doubles = llmsys.attention(q, k, v)
        assert llmsys.attention(q, k, v).tobytes() == doubles.tobytes()
    assert doubles.tobytes() != lanes.tobytes() == llmsys.attention(q, k, v).tobytes()
    np.testing.assert_allclose(doubles, lanes, atol=1e-5)


def test_no_plugin_is_there():
    with pytest.raises(llmsys.Error, match="plug"):
        llmsys.load_plugin("/there/is/no/plugin.so")
