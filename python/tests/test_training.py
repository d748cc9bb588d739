"""What the engine trains, reads ahead and serves is reached from Python."""

import json
import urllib.request

import numpy as np
import pytest

import llmsys

TEXT = "a rose is a rose is a rose. " * 20


def test_a_character_model_learns(rng):
    trainer = llmsys.CharacterTrainer(TEXT, num_layers=1, embedding_dim=32, num_heads=2, context_length=16, batch=4, learning_rate=1e-2, seed=3)
    steps = [trainer.step() for _ in range(60)]
    assert steps[-1].loss < 0.5 < steps[0].loss and steps[0].gradient_norm > 0
    model = trainer.model()
    assert model.config.num_layers == 1 and "rose" in model.generate("a ro", max_tokens=10)
    again = llmsys.CharacterTrainer(TEXT, num_layers=1, embedding_dim=32, num_heads=2, context_length=16, batch=4, learning_rate=1e-2, seed=3)
    assert [again.step() for _ in range(3)] == steps[:3]
    with pytest.raises(ValueError, match="\nwhy: "):
        llmsys.CharacterTrainer("ab")
    with pytest.raises(TypeError):
        llmsys.CharacterTrainer(TEXT, layers=3)


def rust():
    try:
        llmsys.Pipeline([], batch=1, context_length=1)
    except llmsys.Error as error:
        return error.status != "unsupported"
    except ValueError:
        return True


@pytest.mark.skipif(not rust(), reason="the library was built without cargo")
def test_batches_of_windows(tmp_path):
    path = tmp_path / "ids.u16"
    np.arange(1001, dtype="<u2").tofile(path)

    def windows(threads):
        with llmsys.Pipeline([path], kind="u16", batch=4, context_length=10, threads=threads, seed=5) as batches:
            found = list(batches)
            assert batches.stats()["batches"] == len(found)
        return found

    found = windows(1)
    assert len(found) >= 20
    for inputs, targets in found:
        assert inputs.shape == targets.shape == (4, 10) and inputs.dtype == np.int32
        np.testing.assert_array_equal(targets, inputs + 1)
    for (first, _), (second, _) in zip(found, windows(3), strict=True):
        np.testing.assert_array_equal(first, second)
    with pytest.raises((llmsys.Error, ValueError), match="nowhere"):
        list(llmsys.Pipeline([tmp_path / "nowhere"], kind="u16"))


@pytest.mark.skipif(not rust(), reason="the library was built without cargo")
def test_a_server_answers(workspace_model):
    with llmsys.Server(workspace_model, name="small") as server:
        with urllib.request.urlopen(server.url + "/v1/models", timeout=20) as answer:
            assert json.load(answer)["data"][0]["id"] == "small"
        question = json.dumps({"model": "small", "prompt": "The old clock", "max_tokens": 5, "temperature": 0}).encode()
        request = urllib.request.Request(server.url + "/v1/completions", question, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert json.load(answer)["choices"][0]["text"] == workspace_model.generate("The old clock", max_tokens=5)
