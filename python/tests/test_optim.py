"""Optimizers take the steps of their formulas, and torch's where it is installed."""

import math

import numpy as np
import pytest

import llmsys
from llmsys import optim


def descend(make, steps=20):
    rng = np.random.default_rng(3)
    w = llmsys.tensor(rng.standard_normal(13), requires_grad=True)
    optimizer = make([w])
    for _ in range(steps):
        optimizer.zero_grad()
        ((w - 1) ** 2 * np.arange(1, 14, dtype=np.float32)).sum().backward()
        optimizer.step()
    return w.numpy()


def test_sgd_by_hand():
    w = llmsys.tensor([2.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1, weight_decay=0.5)
    (w * 3).sum().backward()
    optimizer.step()
    assert w.item() == pytest.approx(2 - 0.1 * (3 + 0.5 * 2))


@pytest.mark.parametrize(
    "name,settings",
    [
        ("SGD", {"lr": 0.01}),
        ("SGD", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.1}),
        ("AdamW", {"lr": 0.05, "weight_decay": 0.1, "betas": (0.8, 0.95)}),
        ("Adam", {"lr": 0.05}),
    ],
)
def test_steps_are_torchs(name, settings):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    w = torch.tensor(rng.standard_normal(13).astype(np.float32), requires_grad=True)
    theirs = getattr(torch.optim, name)([w], **settings)
    for _ in range(20):
        theirs.zero_grad()
        ((w - 1) ** 2 * torch.arange(1, 14)).sum().backward()
        theirs.step()
    found = descend(lambda params: getattr(optim, name)(params, **settings))
    np.testing.assert_allclose(found, w.detach().numpy(), rtol=1e-4, atol=1e-5)


def test_all_of_them_arrive():
    for make in (lambda p: optim.SGD(p, 0.02), lambda p: optim.SGD(p, 0.01, momentum=0.8), lambda p: optim.AdamW(p, 0.1, weight_decay=0)):
        np.testing.assert_allclose(descend(make, 400), 1, atol=0.02)


def test_what_has_no_gradient_stays():
    w, frozen = llmsys.tensor([1.0], requires_grad=True), llmsys.tensor([1.0], requires_grad=True)
    optimizer = optim.AdamW([w, frozen])
    w.sum().backward()
    optimizer.step()
    assert w.item() < 1 and frozen.item() == 1


def test_the_rate_rises_and_falls():
    optimizer = optim.SGD([llmsys.tensor([1.0], requires_grad=True)], lr=2.0)
    schedule = optim.WarmupCosine(optimizer, warmup=4, steps=12, least=0.5)
    rates = [schedule.step() for _ in range(14)]
    assert rates[:4] == [0.5, 1, 1.5, 2]
    assert rates[7] == pytest.approx(0.5 + 1.5 * (1 + math.cos(math.pi / 2)) / 2)
    assert rates[11:] == pytest.approx([0.5] * 3) and optimizer.lr == pytest.approx(0.5)


def test_gradients_are_clipped_together():
    a, b = llmsys.tensor([3.0], requires_grad=True), llmsys.tensor([4.0], requires_grad=True)
    ((a * a + b * b) * 0.5).sum().backward()
    assert optim.clip_grad_norm([a, b], 1.0) == pytest.approx(5)
    assert (a.grad[0], b.grad[0]) == (pytest.approx(0.6), pytest.approx(0.8))
    assert optim.clip_grad_norm([a, b], 2.0) == pytest.approx(1)


def test_settings_are_checked():
    w = llmsys.tensor([1.0], requires_grad=True)
    for call in (
        lambda: optim.AdamW([]),
        lambda: optim.SGD([w], lr=-1),
        lambda: optim.SGD([w], momentum=1.0),
        lambda: optim.WarmupCosine(optim.SGD([w]), 5, 5),
    ):
        with pytest.raises(ValueError, match="\nwhy: "):
            call()
    with pytest.raises(TypeError, match="made"):
        optim.SGD([w * 2])
    with pytest.raises(ValueError, match="memory"):
        llmsys.optimizer_step("adamw", np.ones(2, np.float32), np.ones(2, np.float32), [], step=1, learning_rate=0.1)
    with pytest.raises(ValueError, match=r"\(2,\)"):
        llmsys.optimizer_step("sgd", np.ones(3, np.float32), np.ones(2, np.float32), [], step=1, learning_rate=0.1)
