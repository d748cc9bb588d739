"""Gradients are the limits of differences, and torch's where it is installed."""

import gc

import numpy as np
import pytest

import llmsys
from llmsys.nn import functional as F

CASES = {
    "arithmetic that repeats": ([(2, 3), (3,)], lambda a, b: (a + b) * (a - 2) / (b * b + 3) - 1 / (a * a + 2)),
    "a number on the left": ([(3,)], lambda a: 3 - 2 * a + a**3),
    "matmul": ([(2, 3), (3, 4)], lambda a, b: a @ b),
    "batched matmul": ([(2, 2, 3), (3, 2)], lambda a, b: a @ b),
    "sum and mean": ([(2, 3, 4)], lambda a: a.sum(1) * a.mean((0, 1)) + a.mean(-1, keepdims=True).sum()),
    "views": ([(2, 3, 4)], lambda a: a.transpose(2, 0, 1).reshape(4, -1).T * a.swapaxes(0, 2).reshape(6, 4)),
    "activations": ([(7,)], lambda a: F.gelu(a) + F.gelu(a, "tanh") * F.silu(a) + a.sigmoid() * a.tanh()),
    "softmax": ([(3, 4)], lambda a: a.softmax() * a.log_softmax(0)),
    "layer norm": ([(3, 5), (5,), (5,)], lambda x, w, b: F.layer_norm(x, w, b)),
    "layer norm without bias": ([(3, 5), (5,)], lambda x, w: F.layer_norm(x, w)),
    "rms norm": ([(3, 5), (5,)], lambda x, w: F.rms_norm(x, w)),
    "linear": ([(2, 3), (4, 3), (4,)], lambda x, w, b: F.linear(x, w, b)),
    "linear without bias": ([(2, 2, 3), (4, 3)], lambda x, w: F.linear(x, w)),
    "embedding": ([(5, 3)], lambda w: F.embedding([[4, 0], [0, 2]], w)),
    "cross entropy": ([(4, 5)], lambda x: F.cross_entropy(x, [1, -100, 0, 4])),
    "cross entropy, sum": ([(2, 2, 5)], lambda x: F.cross_entropy(x, [[1, 2], [0, 4]], reduction="sum")),
    "cross entropy, none": ([(4, 5)], lambda x: F.cross_entropy(x, [1, -100, 0, 4], reduction="none")),
    "mse": ([(2, 3), (2, 3)], lambda a, b: F.mse_loss(a, b)),
    "attention": ([(1, 2, 3, 4)] * 3, lambda q, k, v: F.attention(q, k, v, is_causal=True)),
    "self attention": ([(2, 3, 12)], lambda qkv: F.self_attention(qkv, 2)),
    "rope": ([(1, 2, 3, 4)], lambda x: F.rope(x, start=2)),
    "swiglu": ([(2, 3), (2, 3)], lambda a, b: F.swiglu(a, b)),
    "exp, log and sqrt": ([(2, 3)], lambda a: a.exp() + (a * a).log() * (a * a + 1).sqrt() + abs(a)),
    "powers that repeat": ([(2, 3), (3,)], lambda a, b: (a * a + 0.5) ** b + 2**a + (b * b) ** 0.5),
    "max and min": ([(3, 4)], lambda a: a.max(0) * a.min() + a.max((0, 1), keepdims=True) * a.min(1, keepdims=True)),
    "slices": ([(3, 4, 2)], lambda a: a[1:, ::-2, 0] * a[0, 1:3].T + a[..., None, -1][:2, :2, 0]),
    "indices": ([(4, 3)], lambda a: a[[0, 3, 0]] * a[:, [2, 2, 1]][1:] + a[[1, 2, 3], [0, -1, 0]] * a[a.numpy()[:, 0] > -9][0]),
    "joined": ([(2, 3), (1, 3)], lambda a, b: llmsys.concatenate([a, b, b, a, a]) * llmsys.stack([b[0], b[0], a[1]], 1)[0].sum()),
    "a mask of attention": ([(1, 4, 3, 2), (1, 2, 3, 2), (1, 2, 3, 2)], lambda q, k, v: F.attention(q, k, v, np.tri(3, dtype=bool)[None])),
    "added to attention": ([(1, 2, 3, 4)] * 3, lambda q, k, v: F.attention(q, k, v, np.eye(3, dtype="f"), scale=0.4, is_causal=True)),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_limits_of_differences(name, rng):
    shapes, function = CASES[name]
    values = [rng.uniform(0.5, 1.5, shape).astype(np.float32) * rng.choice([-1, 1], shape).astype(np.float32) for shape in shapes]
    weights = None

    def loss(arrays, gradients=False):
        nonlocal weights
        tensors = [llmsys.tensor(array, requires_grad=gradients) for array in arrays]
        result = function(*tensors)
        if weights is None:
            weights = rng.standard_normal(result.shape).astype(np.float32)
        return tensors, (result * weights).sum()

    tensors, total = loss(values, True)
    total.backward()
    step = 1e-2
    for i, value in enumerate(values):
        assert tensors[i].grad.shape == value.shape
        numeric = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            ends = []
            for sign in (1, -1):
                moved = [array.copy() for array in values]
                moved[i][place] += sign * step
                ends.append(loss(moved)[1].item())
            numeric[place] = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(tensors[i].grad, numeric, rtol=2e-2, atol=2e-2)


def test_against_torch(rng):
    torch = pytest.importorskip("torch")
    x, w, b = rng.standard_normal((4, 6), np.float32), rng.standard_normal((3, 6), np.float32), rng.standard_normal(3, np.float32)
    target = np.array([0, 2, -100, 1])
    ours = [llmsys.tensor(array, requires_grad=True) for array in (x, w, b)]
    theirs = [torch.tensor(array, requires_grad=True) for array in (x, w, b)]
    loss = F.cross_entropy(F.gelu(F.linear(*ours)), target)
    expected = torch.nn.functional.cross_entropy(torch.nn.functional.gelu(torch.nn.functional.linear(*theirs)), torch.tensor(target))
    loss.backward()
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-4, atol=1e-6)


def test_a_case_to_do_by_hand():
    w = llmsys.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    assert loss.item() == 5 and loss.requires_grad and not loss.is_leaf
    loss.backward()  # d/dw of w^2 is 2 w
    assert w.grad.tolist() == [2, 4]


def test_gradients_add_up_until_they_are_forgotten():
    w = llmsys.tensor([1.0, 2.0], requires_grad=True)
    (w * 3).sum().backward()
    (w * 3).sum().backward()
    assert w.grad.tolist() == [6, 6]
    first, second = (w * 2).sum(), (w * 5).sum()
    w.zero_grad()
    first.backward()
    second.backward()
    assert w.grad.tolist() == [7, 7]
    first.backward()
    assert w.grad.tolist() == [9, 9]


def test_a_tensor_that_is_used_twice_gets_both():
    w = llmsys.tensor(np.eye(2), requires_grad=True)
    (w @ w + w.T).sum().backward()
    np.testing.assert_array_equal(w.grad, [[3, 3], [3, 3]])


def test_what_was_written_is_seen_by_the_next_operation():
    w = llmsys.tensor([1.0, 2.0], requires_grad=True)
    first = w.sum()
    w.data -= 1
    second = w.sum()
    held = w.data
    third = w.sum()
    held[0] = 10
    fourth = w.sum()
    assert [each.item() for each in (first, second, third, fourth)] == [3, 1, 1, 11]
    w.data = [5, 6]
    assert w.sum().item() == 11
    with pytest.raises(ValueError, match=r"\(3,\)"):
        w.data = [1, 2, 3]
    with pytest.raises(ValueError, match="result"):
        first.data = 3


def test_no_grad_and_detach():
    w = llmsys.tensor([1.0, 2.0], requires_grad=True)
    with llmsys.no_grad():
        assert not (w * 2).requires_grad
    part = (w * 2).detach()
    assert part.is_leaf and not part.requires_grad
    (w * part).sum().backward()
    assert w.grad.tolist() == [2, 4]
    with pytest.raises(llmsys.Error):
        (part * 2).sum().backward()


def test_what_cannot_be_is_told():
    w = llmsys.tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(ValueError, match="one number"):
        (w * 2).backward()
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        w.backward()
    with pytest.raises(ValueError, match=r"(?s)matmul.*\(2, ?3\).*\(2, ?3\)"):
        w @ w
    with pytest.raises(ValueError, match="axes"):
        llmsys.tensor(np.ones((1, 1, 1, 1, 1))) + 1
    with pytest.raises(ValueError, match="axis 2"):
        w.sum(2)
    with pytest.raises(TypeError, match="data.*"):
        w[0] = 1
    with pytest.raises(TypeError, match="whole number"):
        w.sum(0.5)
    old = (w * 2).sum()
    old.backward()
    with pytest.raises(llmsys.Error, match="two graphs"):
        old + (w * 3).sum()


def test_scalars_lists_and_types():
    assert llmsys.tensor(3).item() == 3 and llmsys.tensor([1, 2]).dtype == np.float32 and float(llmsys.tensor(2.5)) == 2.5
    assert llmsys.tensor(np.arange(3, dtype=np.int64)).tolist() == [0, 1, 2] and len(llmsys.tensor([1, 2])) == 2
    assert (np.float32([1, 2]) + llmsys.tensor([1.0, 1.0])).tolist() == [2, 3]
    assert (np.eye(2, dtype=np.float32) @ llmsys.tensor([[1.0], [2.0]])).shape == (2, 1)
    assert "requires_grad" in repr(llmsys.tensor([1.0], requires_grad=True))
    x = np.ones(3, np.float32)
    t = llmsys.tensor(x)
    x[0] = 5
    assert t.tolist() == [1, 1, 1]  # a copy
    scalar = llmsys.tensor(2.0, requires_grad=True)
    scalar.backward()
    assert scalar.grad == 1


def test_a_loop_that_keeps_its_loss_keeps_no_tapes():
    w = llmsys.tensor(np.ones((64, 64)), requires_grad=True)

    def live():
        gc.collect()
        return llmsys.memory_stats().live_bytes

    amounts = []
    for _ in range(6):
        w.zero_grad()
        loss = (w @ w).mean()
        loss.backward()
        amounts.append(live())
    assert max(amounts[2:]) <= amounts[1]
    del loss
    with llmsys.no_grad():
        values = [(w @ w).mean().item() for _ in range(20)]
    assert len(set(values)) == 1 and live() <= amounts[1]


def test_each_thread_has_a_graph_of_its_own():
    from concurrent.futures import ThreadPoolExecutor

    def gradient(i):
        w = llmsys.tensor(np.full((30, 30), i / 10), requires_grad=True)
        for _ in range(20):
            w.zero_grad()
            (w @ w).sum().backward()
        return w.grad

    with ThreadPoolExecutor(4) as pool:
        for i, found in enumerate(pool.map(gradient, range(8))):
            np.testing.assert_allclose(found, np.full((30, 30), 60 * i / 10), rtol=1e-4)


INDICES = [
    (0,), (-1,), (slice(None),), (slice(1, None, 2), 0), (Ellipsis, 1), (None, 1, None), (slice(None, None, -1),), (slice(5, 2),), (1, 2, 3),
    ([0, 2, 0],), ([],), (np.array([[0, 1], [2, -1]]),), (slice(None), [3, 0]), (Ellipsis, [1, 1]), (1, [0, 2]), ([0, 1], [2, 3]),
    (slice(1, 3), [0, 1], [1, 0]), (np.array([True, False, True]),), (slice(None), np.array([True, False, True, True])),
    (np.arange(12).reshape(3, 4) % 5 == 0,), (np.int64(1), Ellipsis), (np.array(2),), ([0, 1], slice(0, 2)),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indices_are_numpys(index, rng):
    x = rng.standard_normal((3, 4, 5), np.float32)
    t = llmsys.tensor(x, requires_grad=True)
    key = index if len(index) > 1 else index[0]
    found = t[key]
    np.testing.assert_array_equal(found.numpy(), x[key])
    weights = rng.standard_normal(found.shape).astype(np.float32)
    (found * weights).sum().backward()
    expected = np.zeros(x.shape)
    np.add.at(expected, key, weights)
    np.testing.assert_allclose(t.grad, expected, rtol=1e-5, atol=1e-6)


def test_indices_that_cannot_be():
    t = llmsys.tensor(np.ones((3, 4)))
    for key in (3, -4, (0, 4), [3], (slice(None), [-5]), (0, 0, 0), (Ellipsis, Ellipsis), [True, False], [[0, 1], [0]], ([0, 1], [0, 1, 2])):
        with pytest.raises(ValueError, match="\nfix: "):
            t[key]
    for key in ("a", 0.5, [0.5], object(), slice("a", None), 1j):
        with pytest.raises(TypeError, match="\nfix: "):
            t[key]
    with pytest.raises(IndexError):
        t[3]
    assert [row.tolist() for row in t] == [[1, 1, 1, 1]] * 3


def test_comparisons_give_numpys_arrays():
    t = llmsys.tensor([1.0, 2.0, 3.0])
    for found, expected in (
        (t > 2, [False, False, True]),
        (t <= [1, 2, 2], [True, True, False]),
        (t == t, [True] * 3),
        (2 != t, [True, False, True]),
        (t >= t * 1, [True] * 3),
    ):
        assert isinstance(found, np.ndarray) and found.dtype == bool and found.tolist() == expected
    assert t.argmax() == 2 and bool(t[0] == 1) and bool(t[2]) and int(t[2]) == 3 and t in {t: 1}
    with pytest.raises(ValueError, match="3 elements"):
        bool(t)
    with pytest.raises(ValueError, match="extents"):
        t < [1, 2]


def test_new_operations_against_torch(rng):
    torch = pytest.importorskip("torch")
    x, y = rng.uniform(0.5, 2, (3, 4)).astype(np.float32), rng.uniform(0.5, 2, (2, 1, 4)).astype(np.float32)

    def ours(a, b):
        return (llmsys.concatenate([a[None] ** b, b.sqrt() * a.log()], 1).max(1) * a.exp()[[0, 2]].min(-1, keepdims=True)).mean()

    def theirs(a, b):
        return (torch.cat([a[None] ** b, b.sqrt() * a.log()], 1).amax(1) * a.exp()[[0, 2]].amin(-1, keepdim=True)).mean()

    mine, other = ([make(each) for each in (x, y)] for make in (lambda v: llmsys.tensor(v, True), lambda v: torch.tensor(v, requires_grad=True)))
    found, expected = ours(*mine), theirs(*other)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    found.backward()
    expected.backward()
    for a, b in zip(mine, other, strict=True):
        np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-4, atol=1e-6)
    ties = llmsys.tensor([2.0, 2.0, 1.0], requires_grad=True)
    ties.max().backward()
    assert ties.grad.tolist() == [0.5, 0.5, 0]


@pytest.mark.parametrize("size", [1, 5, 13])
def test_many_tensors_are_joined(size, rng):
    parts = [rng.standard_normal((i % 3, 2), np.float32) for i in range(size)]
    tensors = [llmsys.tensor(part, requires_grad=True) for part in parts]
    joined = llmsys.concatenate(tensors)
    np.testing.assert_array_equal(joined.numpy(), np.concatenate(parts))
    (joined * joined).sum().backward()
    for tensor, part in zip(tensors, parts, strict=True):
        np.testing.assert_allclose(tensor.grad, 2 * part)
