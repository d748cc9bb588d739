"""Modules: named parameters, states, and networks that learn."""

import numpy as np
import pytest

import llmsys
from llmsys import nn, optim
from llmsys.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads, rng):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.RMSNorm(width)
        self.attention = nn.SelfAttention(width, heads, rng=rng)
        self.network = nn.Sequential(nn.Linear(width, 4 * width, rng=rng), nn.GELU(), nn.Linear(4 * width, width, rng=rng), nn.Dropout(0.1, rng))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.network(self.norm2(x))


class Writer(nn.Module):
    def __init__(self, vocabulary, width, rng):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width, rng)
        self.blocks = [Block(width, 2, rng), Block(width, 2, rng)]

    def forward(self, ids):
        x = self.embedding(ids) + llmsys.sinusoidal(np.shape(ids)[-1], self.embedding.weight.shape[1])
        for block in self.blocks:
            x = block(x)
        return x @ self.embedding.weight.T  # tied


def test_parameters_have_names(rng):
    model = Writer(10, 8, rng)
    names = dict(model.named_parameters())
    assert {"embedding.weight", "blocks.0.attention.qkv.weight", "blocks.1.network.2.bias", "blocks.1.norm1.bias"} <= set(names)
    assert len(names) == len(list(model.parameters())) == 1 + 2 * 11
    assert "blocks.0" in repr(model) and "Linear(8, 32)" in repr(model)


def test_states_are_copied_and_checked(rng):
    model, other = Writer(10, 8, rng), Writer(10, 8, rng)
    state = model.state_dict()
    other.load_state_dict(state)
    ids = [[1, 2, 3]]
    np.testing.assert_array_equal(model.eval()(ids).numpy(), other.eval()(ids).numpy())
    state["embedding.weight"][:] = 0
    assert np.abs(model.embedding.weight.numpy()).sum() > 0
    wrong = {**state, "extra": np.zeros(1), "embedding.weight": np.zeros((3, 3))}
    del wrong["blocks.0.norm1.weight"]
    with pytest.raises(ValueError, match=r"norm1.weight is missing; extra is not a parameter; embedding.weight has shape \(3, 3\)"):
        other.load_state_dict(wrong)
    np.testing.assert_array_equal(model(ids).numpy(), other(ids).numpy())


def test_layers_are_torchs(rng):
    torch = pytest.importorskip("torch")
    x = rng.standard_normal((2, 5, 6), np.float32)
    ours = [nn.Linear(6, 4), nn.LayerNorm(6), nn.RMSNorm(6), nn.GELU(), nn.SiLU(), nn.Tanh(), nn.Sigmoid(), nn.ReLU()]
    theirs = [
        torch.nn.Linear(6, 4),
        torch.nn.LayerNorm(6),
        torch.nn.RMSNorm(6, eps=1e-5),
        *(getattr(torch.nn, name)() for name in ("GELU", "SiLU", "Tanh", "Sigmoid", "ReLU")),
    ]
    for mine, other in zip(ours, theirs, strict=True):
        mine.load_state_dict({name: value.numpy() for name, value in other.state_dict().items()})
        np.testing.assert_allclose(mine(x).numpy(), other(torch.from_numpy(x)).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_dropout_is_for_training(rng):
    layer = nn.Dropout(0.25, rng)
    x = np.ones((100, 100), np.float32)
    y = layer(x).numpy()
    assert set(np.unique(y)) == {0, np.float32(4 / 3)} and abs((y == 0).mean() - 0.25) < 0.02
    assert (layer.eval()(x).numpy() == 1).all()
    with pytest.raises(ValueError, match="p 1"):
        F.dropout(x, 1.0)


def test_xor_is_learnt(rng):
    x, y = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]]), np.float32([[0], [1], [1], [0]])
    model = nn.Sequential(nn.Linear(2, 8, rng=rng), nn.Tanh(), nn.Linear(8, 1, rng=rng))
    optimizer, criterion = optim.AdamW(model.parameters(), lr=0.05, weight_decay=0), nn.MSELoss()
    for _ in range(300):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    assert loss.item() < 1e-3
    assert (np.round(model(x).numpy()) == y).all()


def test_a_small_transformer_learns_a_sentence(rng):
    text = "a rose is a rose is a rose. "
    letters = sorted(set(text))
    ids = np.array([[letters.index(letter) for letter in text]])
    model = Writer(len(letters), 16, rng)
    optimizer, criterion = optim.AdamW(model.parameters(), lr=1e-2), nn.CrossEntropyLoss()
    for _ in range(60):
        loss = criterion(model(ids[:, :-1]), ids[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm(model.parameters(), 1.0)
        optimizer.step()
    with llmsys.no_grad():
        written = model.eval()(ids[:, :-1]).numpy().argmax(-1)
    assert (written[0, 4:] == ids[0, 5:]).mean() > 0.9


def test_heads_share_evenly():
    with pytest.raises(ValueError, match="3 heads"):
        nn.SelfAttention(8, 3)
