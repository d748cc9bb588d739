"""Attention with masks, scale, dropout and shared key heads: against its formula in float64, and against torch where it is installed."""

import math

import numpy as np
import pytest

import llmsys
from llmsys.nn import functional as F

SHAPES = [  # B, NH, NKV, T, S, HS
    (1, 1, 1, 1, 1, 1),
    (2, 4, 2, 3, 5, 8),
    (1, 6, 1, 13, 13, 7),
    (1, 2, 2, 207, 13, 4),
    (0, 2, 1, 3, 3, 4),
    (1, 2, 2, 0, 3, 4),
    (1, 2, 1, 3, 0, 4),
]


def by_formula(q, k, v, bias, scale):
    """bias (B,NH,T,S) in float64, -inf where a key is hidden; a query that sees nothing gets zeros."""
    group = q.shape[1] // k.shape[1]
    k, v = (np.repeat(each.astype(np.float64), group, axis=1) for each in (k, v))
    scores = q.astype(np.float64) @ k.swapaxes(2, 3) * scale + bias
    most = np.max(scores, -1, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isfinite(most), most, 0))
    total = weights.sum(-1, keepdims=True)
    return (weights / np.where(total == 0, 1, total)) @ v


def masks(rng, batch, heads, rows, columns):
    yield "all", None, 0.0
    for shape in ((rows, columns), (1, columns), (heads, rows, columns), (batch, 1, rows, columns), (batch, heads, rows, columns)):
        seen = rng.random(shape) > 0.4
        yield f"bool {shape}", seen, np.where(seen, 0.0, -np.inf)
        added = rng.standard_normal(shape).astype(np.float32)
        yield f"float {shape}", added, added


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("causal", [False, True])
def test_masks_and_scales(shape, causal, rng):
    batch, heads, groups, rows, columns, width = shape
    if causal and columns < rows:
        pytest.skip("queries stand at the end of the keys")
    q = rng.standard_normal((batch, heads, rows, width), np.float32)
    k, v = (rng.standard_normal((batch, groups, columns, width), np.float32) for _ in range(2))
    behind = np.arange(columns) > np.arange(rows)[:, None] + columns - rows
    for name, mask, bias in masks(rng, batch, heads, rows, columns):
        for scale in (None, 0.3):
            hidden = np.where(behind, -np.inf, 0.0) if causal else 0.0
            expected = by_formula(q, k, v, np.broadcast_to(bias + hidden, (batch, heads, rows, columns)), scale or 1 / math.sqrt(width))
            found = llmsys.attention(q, k, v, mask, is_causal=causal, scale=scale)
            remembered = F.attention(q, k, v, mask, is_causal=causal, scale=scale).numpy()
            for each in (found, remembered):
                np.testing.assert_allclose(each, expected, rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_case_to_do_by_hand():
    q = np.zeros((2, 2), np.float32)
    v = np.float32([[1, 2], [3, 4]])
    np.testing.assert_array_equal(llmsys.attention(q, v, v, [[True, False], [False, False]]), [[1, 2], [0, 0]])
    np.testing.assert_allclose(llmsys.attention(q, v, v, np.float32([[0, math.log(3)], [0, 0]])), [[2.5, 3.5], [2, 3]], rtol=1e-6)


def test_out_and_fewer_axes(rng):
    q, k, v = (rng.standard_normal((2, 5, 4), np.float32) for _ in range(3))
    out = np.empty_like(q)
    assert llmsys.attention(q, k, v, np.ones((5, 5), bool), out=out) is out
    np.testing.assert_allclose(out, llmsys.attention(q, k, v), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(out[0], llmsys.attention(q[0], k[0], v[0], np.ones(5, bool)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("attention", [llmsys.attention, F.attention])
def test_dropout_leaves_the_mean(attention, rng):
    q, k, v = (rng.standard_normal((1, 2, 3, 4), np.float32) for _ in range(3))

    def drawn(seed):
        return np.asarray(attention(q, k, v, dropout_p=0.4, rng=np.random.default_rng(seed)))

    np.testing.assert_array_equal(drawn(1), drawn(1))
    assert (drawn(1) != drawn(2)).any()
    np.testing.assert_allclose(np.mean([drawn(seed) for seed in range(1500)], axis=0), np.asarray(attention(q, k, v)), atol=0.15)


@pytest.mark.parametrize("attention", [llmsys.attention, F.attention])
def test_what_does_not_fit(attention, rng):
    q, k = rng.standard_normal((1, 4, 3, 8), np.float32), rng.standard_normal((1, 2, 3, 8), np.float32)
    for error, call in (
        (ValueError, lambda: attention(q, k, k, np.ones((2, 3), bool))),
        (TypeError, lambda: attention(q, k, k, np.ones((3, 3), int))),
        (ValueError, lambda: attention(q, k, k, dropout_p=1.5)),
        (ValueError, lambda: attention(q, k, k, scale=math.nan)),
        (ValueError, lambda: attention(q, k, k, enable_gqa=False)),
        (ValueError, lambda: attention(q, k[..., :4], k, np.ones((3, 3), bool))),
        (ValueError, lambda: attention(q[:, :3], k, k, np.ones((3, 3), bool))),
    ):
        with pytest.raises(error, match="\nfix: "):
            call()
    with pytest.raises(ValueError, match="attn_mask"):
        llmsys.attention(q, k, k, np.ones((3, 3), bool), window=2)


def test_against_torch(rng):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.functional.scaled_dot_product_attention
    q, k, v = (rng.standard_normal((2, heads, 5, 8), np.float32) for heads in (4, 2, 2))
    added = rng.standard_normal((2, 1, 5, 5), np.float32)
    for named in ({}, {"is_causal": True}, {"scale": 0.2}, {"attn_mask": np.tri(5, dtype=bool)}, {"attn_mask": added}):
        tensors = [torch.tensor(each, requires_grad=True) for each in (q, k, v)]
        said = {key: torch.tensor(each) if key == "attn_mask" else each for key, each in named.items()}
        expected = theirs(*tensors, enable_gqa=True, **said)
        np.testing.assert_allclose(llmsys.scaled_dot_product_attention(q, k, v, **named), expected.detach().numpy(), rtol=1e-4, atol=1e-5)
        ours = [llmsys.tensor(each, requires_grad=True) for each in (q, k, v)]
        result = F.scaled_dot_product_attention(*ours, **named)
        (result * result).sum().backward()
        (expected * expected).sum().backward()
        for mine, other in zip(ours, tensors, strict=True):
            np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-3, atol=1e-4)
