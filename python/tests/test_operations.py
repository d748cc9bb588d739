"""Every room's operations against float64 in numpy, and against torch where it is installed."""

import math

import numpy as np
import pytest

import llmsys

SIZES = [0, 1, 13, 207]


def erf(x):
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


ACTIVATIONS = {
    "relu": (llmsys.relu, lambda x: np.maximum(x, 0)),
    "gelu": (llmsys.gelu, lambda x: x * (1 + erf(x / math.sqrt(2))) / 2),
    "gelu-tanh": (
        lambda x, **more: llmsys.gelu(x, approximate="tanh", **more),
        lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    "silu": (llmsys.silu, lambda x: x / (1 + np.exp(-x))),
    "sigmoid": (llmsys.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    "tanh": (llmsys.tanh, np.tanh),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("size", SIZES)
def test_activations(name, size, rng):
    operation, formula = ACTIVATIONS[name]
    x = (4 * rng.standard_normal((3, size))).astype(np.float32)
    y = operation(x)
    np.testing.assert_allclose(y, formula(x.astype(np.float64)), rtol=1e-5, atol=1e-6)
    strided = np.repeat(x, 2, axis=1)[:, ::2]
    np.testing.assert_array_equal(operation(strided), y)
    assert operation(x, out=x) is x
    np.testing.assert_array_equal(x, y)


def test_gated_products(rng):
    gate, up = rng.standard_normal((2, 5, 8), np.float32)
    for operation, activation in ((llmsys.swiglu, ACTIVATIONS["silu"][1]), (llmsys.geglu, ACTIVATIONS["gelu"][1])):
        expected = activation(gate.astype(np.float64)) * up
        np.testing.assert_allclose(operation(gate, up), expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(operation(np.concatenate([gate, up], -1)), expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="even"):
        llmsys.swiglu(np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="element by element"):
        llmsys.swiglu(gate, up[:1])


@pytest.mark.parametrize("axis", [-1, 0, 1, 2, -3])
@pytest.mark.parametrize("size", [1, 13, 207])
def test_softmax_along_each_axis(axis, size, rng):
    x = (10 * rng.standard_normal((3, size, 4))).astype(np.float32)
    expected = softmax(x.astype(np.float64), axis)
    np.testing.assert_allclose(llmsys.softmax(x, axis), expected, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(llmsys.softmax(x, dim=axis), expected, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(llmsys.log_softmax(x, axis=axis), np.log(expected), rtol=2e-5, atol=2e-5)
    out = np.empty_like(x)
    assert llmsys.softmax(x, axis, out=out) is out
    np.testing.assert_allclose(out, expected, rtol=2e-5, atol=1e-7)


def test_softmax_of_large_and_of_no_numbers():
    np.testing.assert_array_equal(llmsys.softmax(np.float32([[1e4, 1e4]])), [[0.5, 0.5]])
    assert llmsys.softmax(np.zeros((0, 5), np.float32)).shape == (0, 5)


@pytest.mark.parametrize("columns", [1, 13, 207])
def test_norms(columns, rng):
    x = rng.standard_normal((2, 3, columns), np.float32)
    weight, bias = rng.standard_normal((2, columns), np.float32)
    wide = x.astype(np.float64)
    normal = (wide - wide.mean(-1, keepdims=True)) / np.sqrt(wide.var(-1, keepdims=True) + 1e-5)
    close = {"rtol": 2e-5, "atol": 2e-5}
    np.testing.assert_allclose(llmsys.layer_norm(x), normal, **close)
    np.testing.assert_allclose(llmsys.layer_norm(x, columns, weight, bias), normal * weight + bias, **close)
    np.testing.assert_allclose(llmsys.layer_norm(x, weight, bias), normal * weight + bias, **close)
    np.testing.assert_allclose(llmsys.layer_norm(x, weight=weight), normal * weight, **close)
    rms = wide / np.sqrt((wide**2).mean(-1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(llmsys.rms_norm(x, (columns,), weight, eps=1e-5), rms * weight, **close)
    np.testing.assert_allclose(llmsys.rms_norm(x, weight, eps=1e-5), rms * weight, **close)


def test_norms_over_several_axes(rng):
    x = rng.standard_normal((2, 3, 5), np.float32)
    wide = x.reshape(2, 15).astype(np.float64)
    expected = ((wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-5)).reshape(x.shape)
    np.testing.assert_allclose(llmsys.layer_norm(x, (3, 5)), expected, rtol=1e-5, atol=1e-5)
    for shape in ((4,), (2, 3), (2, 3, 5, 1), ()):
        with pytest.raises(ValueError, match="normalized_shape"):
            llmsys.layer_norm(x, shape)


def attention(q, k, v, causal):
    repeats = q.shape[1] // k.shape[1]
    q, k, v = q.astype(np.float64), np.repeat(k, repeats, 1).astype(np.float64), np.repeat(v, repeats, 1).astype(np.float64)
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        t, s = scores.shape[-2:]
        scores = np.where(np.arange(s) <= np.arange(t)[:, None] + s - t, scores, -np.inf)
    return softmax(scores) @ v


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("t,s", [(1, 1), (1, 13), (13, 13), (13, 207)])
def test_attention(causal, t, s, rng):
    q = rng.standard_normal((2, 4, t, 8), np.float32)
    k, v = rng.standard_normal((2, 2, 2, s, 8), np.float32)
    expected = attention(q, k, v, causal)
    np.testing.assert_allclose(llmsys.attention(q, k, v, is_causal=causal), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(llmsys.attention(q[0], k[0], v[0], is_causal=causal), expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(llmsys.scaled_dot_product_attention(q[0, 0], k[0, 0], v[0, 0], is_causal=causal), expected[0, 0], rtol=1e-4, atol=1e-5)
    # (B,T,NH,HS) as it comes out of a projection, seen as (B,NH,T,HS) without a copy
    side = np.ascontiguousarray(q.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3)
    out = np.empty((2, t, 4, 8), np.float32).transpose(0, 2, 1, 3)
    assert llmsys.attention(side, k, v, is_causal=causal, out=out) is out
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)


def test_attention_with_windows_lengths_and_slopes(rng):
    q, k, v = rng.standard_normal((3, 2, 2, 6, 4), np.float32)
    np.testing.assert_allclose(llmsys.attention(q, k, v, is_causal=True, window=1), v, rtol=1e-5, atol=1e-6)
    short = llmsys.attention(q, k, v, lengths=[3, 6])
    np.testing.assert_allclose(short[:1], attention(q[:1], k[:1, :, :3], v[:1, :, :3], False), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(short[1:], attention(q[1:], k[1:], v[1:], False), rtol=1e-4, atol=1e-5)
    steep = llmsys.attention(q, k, v, is_causal=True, slopes=np.float32([1e4, 1e4]))
    np.testing.assert_allclose(steep, v, rtol=1e-5, atol=1e-6)  # so steep that each sees itself alone


def turned(x, positions, interleaved, theta=10000.0):
    half = x.shape[-1] // 2
    angles = np.asarray(positions)[:, None] * theta ** (-np.arange(half) / half)
    cos, sin = np.cos(angles), np.sin(angles)
    y = x.astype(np.float64).copy()
    first, second = (slice(0, None, 2), slice(1, None, 2)) if interleaved else (slice(0, half), slice(half, None))
    a, b = y[..., first].copy(), y[..., second].copy()
    y[..., first], y[..., second] = a * cos - b * sin, a * sin + b * cos
    return y


@pytest.mark.parametrize("interleaved", [False, True])
def test_rope(interleaved, rng):
    x = rng.standard_normal((2, 3, 13, 8), np.float32)
    y = llmsys.rope(x, 5, interleaved=interleaved)
    np.testing.assert_allclose(y, turned(x, np.arange(5, 18), interleaved), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(llmsys.rope(y, 5, interleaved=interleaved, inverse=True), x, rtol=1e-4, atol=1e-5)
    odd = rng.permutation(100)[:13]
    np.testing.assert_allclose(llmsys.rope(x, odd, interleaved=interleaved), turned(x, odd, interleaved), rtol=1e-4, atol=1e-5)
    frequencies = 500.0 ** (-np.arange(4) / 4)
    np.testing.assert_allclose(
        llmsys.rope(x[0, 0], frequencies=frequencies, interleaved=interleaved),
        turned(x[0, 0], np.arange(13), interleaved, 500.0),
        rtol=1e-4,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        llmsys.rope(x, theta=500.0, interleaved=interleaved), turned(x, np.arange(13), interleaved, 500.0), rtol=1e-4, atol=1e-5
    )


def test_sinusoidal():
    p, i = np.arange(7, 20)[:, None], np.arange(3)
    angles = p / 10000.0 ** (2 * i / 6)
    expected = np.stack([np.sin(angles), np.cos(angles)], -1).reshape(13, 6)
    np.testing.assert_allclose(llmsys.sinusoidal(13, 6, start=7), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8, np.uint64, ">i4"])
def test_embedding(dtype, rng):
    table = rng.standard_normal((11, 5), np.float32)
    ids = rng.integers(0, 11, (2, 7)).astype(dtype)
    np.testing.assert_array_equal(llmsys.embedding(ids, table), table[ids.astype(np.int64)])
    np.testing.assert_array_equal(llmsys.embedding([3, 0], table), table[[3, 0]])
    assert llmsys.embedding([], table).shape == (0, 5) and llmsys.embedding(4, table).shape == (5,)


@pytest.mark.parametrize("rows", SIZES[1:])
def test_cross_entropy(rows, rng):
    x = (5 * rng.standard_normal((rows, 11))).astype(np.float32)
    target = rng.integers(0, 11, rows)
    target[0] = -100
    each = -np.log(softmax(x.astype(np.float64)))[np.arange(rows), np.maximum(target, 0)] * (target >= 0)
    np.testing.assert_allclose(llmsys.cross_entropy(x, target, reduction="none"), each, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(llmsys.cross_entropy(x, target, reduction="sum"), each.sum(), rtol=1e-5)
    if rows > 1:
        np.testing.assert_allclose(llmsys.cross_entropy(x, target), each.sum() / (rows - 1), rtol=1e-5)
    else:
        assert np.isnan(llmsys.cross_entropy(x, target))  # a mean of nothing, as torch has it
    for wrong in (np.full(rows, 11), np.full(rows, -1)):
        with pytest.raises(ValueError, match="class"):
            llmsys.cross_entropy(x, wrong)


def test_mse_loss(rng):
    a, b = rng.standard_normal((2, 4, 5), np.float32)
    off = (a.astype(np.float64) - b) ** 2
    np.testing.assert_allclose(llmsys.mse_loss(a, b), off.mean(), rtol=1e-5)
    np.testing.assert_allclose(llmsys.mse_loss(a, b, reduction="sum"), off.sum(), rtol=1e-5)
    np.testing.assert_allclose(llmsys.mse_loss(a, b, reduction="none"), off, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide"])
def test_arithmetic_repeats_as_numpy(name, rng):
    for left, right in (((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3,)), ((0, 4), (4,)), ((2, 1, 5), (3, 1))):
        a, b = rng.standard_normal(left, np.float32), rng.standard_normal(right, np.float32)
        a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
        np.testing.assert_array_equal(getattr(llmsys, name)(a, b), getattr(np, name)(a, b))
    with pytest.raises(ValueError, match=r"\(3,\).*\(4,\)"):
        getattr(llmsys, name)(np.zeros(3, np.float32), np.zeros(4, np.float32))


def test_samples(rng):
    logits = np.float32([0, 3, 1, 2])
    assert llmsys.sample(logits, temperature=0, draw=0.5) == 1
    p = softmax(logits.astype(np.float64))
    draws = rng.random(2000)
    found = np.bincount([llmsys.sample(logits, draw=draw) for draw in draws], minlength=4) / 2000
    np.testing.assert_allclose(found, p, atol=0.04)
    assert {llmsys.sample(logits, top_k=2, draw=draw) for draw in draws[:200]} == {1, 3}
    assert {llmsys.sample(logits, top_p=0.5, draw=draw) for draw in draws[:200]} == {1}
    assert {llmsys.sample(logits, min_p=0.3, draw=draw) for draw in draws[:200]} == {1, 3}
    np.testing.assert_array_equal(llmsys.filter_logits(logits, "top-k", 2), [-np.inf, 3, -np.inf, 2])
    np.testing.assert_array_equal(llmsys.filter_logits(logits, "temperature", 2), (logits - 3) / 2)
    assert logits.tolist() == [0, 3, 1, 2]


def test_against_torch(rng):
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    x = rng.standard_normal((4, 6, 10), np.float32)
    weight, bias = rng.standard_normal((2, 10), np.float32)
    t, w, b = map(torch.from_numpy, (x, weight, bias))
    q, k, v = rng.standard_normal((3, 2, 3, 7, 8), np.float32)
    target = rng.integers(0, 10, (24,))
    pairs = [
        (llmsys.softmax(x, dim=1), F.softmax(t, dim=1)),
        (llmsys.log_softmax(x, dim=-1), F.log_softmax(t, dim=-1)),
        (llmsys.layer_norm(x, (10,), weight, bias, 1e-4), F.layer_norm(t, (10,), w, b, 1e-4)),
        (llmsys.rms_norm(x, (10,), weight), F.rms_norm(t, (10,), w)),
        (llmsys.gelu(x), F.gelu(t)),
        (llmsys.gelu(x, approximate="tanh"), F.gelu(t, approximate="tanh")),
        (llmsys.silu(x), F.silu(t)),
        (llmsys.matmul(x, x.swapaxes(1, 2)), torch.matmul(t, t.transpose(1, 2))),
        (llmsys.attention(q, k, v, is_causal=True), F.scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)), is_causal=True)),
        (llmsys.cross_entropy(x.reshape(24, 10), target), F.cross_entropy(t.reshape(24, 10), torch.from_numpy(target))),
    ]
    for found, expected in pairs:
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)
    # A tensor of torch is an operand as well, seen where it lies.
    np.testing.assert_array_equal(llmsys.softmax(t), llmsys.softmax(x))
