"""Properties over shapes, strides and dtypes that hypothesis looks for counterexamples to."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import llmsys

settings.register_profile("llmsys", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("llmsys")

extents = st.integers(0, 6)


@st.composite
def views(draw, shape):
    """A float32 array of a shape, as it may lie in memory: with steps, backwards, transposed, repeated, or misaligned."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = [draw(st.sampled_from([1, 2, 3, -1, -2])) for _ in shape]
    order = draw(st.permutations(range(len(shape))))
    inner = [shape[i] * abs(steps[i]) for i in order]
    if draw(st.booleans()):
        wide = generator.standard_normal(inner, np.float32)
    else:
        wide = np.ndarray(inner, np.float32, bytearray(int(np.prod(inner, dtype=np.int64)) * 4 + 1), offset=1)
        wide[...] = generator.standard_normal(inner)
    wide = wide.transpose(np.argsort(order)) if len(shape) > 1 else wide
    view = wide[tuple(slice(None, None, step) for step in steps)]
    return view[tuple(slice(0, extent) for extent in shape)]


@st.composite
def products(draw):
    m, k, n = draw(extents), draw(extents), draw(extents)
    batch = draw(st.lists(st.integers(0, 3), max_size=2))
    left = [draw(st.sampled_from([extent, 1])) for extent in batch][draw(st.integers(0, len(batch))) :]
    right = [draw(st.sampled_from([extent, 1])) for extent in batch][draw(st.integers(0, len(batch))) :]
    return draw(views([*left, m, k])), draw(views([*right, k, n]))


@given(products())
def test_matmul_is_numpys(operands):
    a, b = operands
    try:
        expected = np.matmul(a.astype(np.float64), b.astype(np.float64))
    except ValueError:
        return
    found = llmsys.matmul(a, b)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    out = np.full([*expected.shape[:-1], expected.shape[-1] * 2], 7, np.float32)
    llmsys.matmul(a, b, out=out[..., ::2])
    np.testing.assert_array_equal(out[..., ::2], found)
    assert (out[..., 1::2] == 7).all()


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4).flatmap(views), st.data())
def test_softmax_rows_add_up_to_one(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    y = llmsys.softmax(x, axis)
    assert y.shape == x.shape and (y >= 0).all()
    np.testing.assert_allclose(y.sum(axis), 1, rtol=1e-5)
    np.testing.assert_allclose(llmsys.softmax(x + np.float32(3), axis), y, rtol=1e-4, atol=1e-6)


@given(st.lists(extents, max_size=4).flatmap(views))
def test_views_and_their_copies_give_equal_bits(x):
    for operation in (llmsys.relu, llmsys.silu, llmsys.tanh):
        assert operation(x).tobytes() == operation(x.copy()).tobytes()


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3).flatmap(lambda shape: st.tuples(views(shape), views(shape[-1:]), views(shape[-1:]))))
def test_norms_do_not_see_a_shift_of_the_row(arrays):
    x, weight, bias = arrays
    y = llmsys.layer_norm(x, weight, bias, eps=1e-2)
    np.testing.assert_allclose(llmsys.layer_norm(x + np.float32(2), weight, bias, eps=1e-2), y, rtol=1e-3, atol=1e-4)


@given(st.sampled_from("?bBhHiIlLefdgFD"), st.lists(st.integers(0, 3), max_size=3))
def test_of_all_dtypes_float32_alone_is_taken(code, shape):
    x = np.zeros(shape, code)
    if code == "f":
        assert llmsys.relu(x).dtype == np.float32
        return
    try:
        llmsys.relu(x)
    except TypeError as refusal:
        assert str(x.dtype) in str(refusal)
    else:
        raise AssertionError(f"{x.dtype} was taken")


@given(st.sampled_from("bBhHiIlLqQ"), st.lists(st.integers(0, 9), max_size=12))
def test_ids_of_all_integer_dtypes(code, ids):
    table = np.arange(20, dtype=np.float32).reshape(10, 2)
    np.testing.assert_array_equal(llmsys.embedding(np.array(ids, code), table), table[np.array(ids, np.int64)])
