"""Models write what llama2.c writes, and show what they compute."""

import numpy as np
import pytest

import llmsys

PROMPT = "Once upon a time"


def oracle(shared, name):
    return (shared / "oracles" / "stories260K" / name).read_text()


def test_greedy_text_is_the_oracles(stories, shared):
    expected = oracle(shared, "greedy_once_upon_a_time_n100.txt").rstrip("\n")
    text = stories.generate(PROMPT, max_tokens=96, temperature=0, echo=True)
    assert text == expected
    assert PROMPT + stories.generate(PROMPT, max_tokens=96) == expected
    assert PROMPT + "".join(stories.stream(PROMPT, max_tokens=96)) == expected
    beginning = stories.generate("", max_tokens=200)
    assert beginning.strip() == oracle(shared, "upstream_test_all_n200.txt").strip()


@pytest.mark.parametrize("file", ["stories260K-f32.gguf", "stories260K-F16.gguf", "stories260K-Q8_0.gguf"])
def test_other_files_hold_the_same_story(file, shared, stories):
    model = llmsys.load_model(shared / "data" / "models" / "stories260K" / file)
    assert model.tokenizer.encode(PROMPT) == stories.tokenizer.encode(PROMPT)
    assert model.generate(PROMPT, max_tokens=12) == stories.generate(PROMPT, max_tokens=12)


def test_logits_are_the_oracles(stories, shared):
    ids = [int(word) for word in oracle(shared, "greedy_n100.input_ids.txt").split()]
    expected = np.fromfile(shared / "oracles" / "stories260K" / "greedy_once_upon_a_time_n100.logits.f32", "<f4").reshape(-1, 512)
    np.testing.assert_allclose(stories.logits(ids), expected, atol=1e-4)
    np.testing.assert_array_equal(stories.logits(np.array(ids, np.int64)), stories.logits(ids))


def test_a_gpt2_folder_is_picogpts(shared):
    import json

    model = llmsys.load_model(shared / "data" / "models" / "fake_gpt2")
    assert model.config.family == "gpt2"
    told = json.loads((shared / "oracles" / "fake_gpt2_picogpt_logits.json").read_text())
    cases = [told] if isinstance(told, dict) and "ids" in told else told.get("cases", []) if isinstance(told, dict) else told
    for case in cases:
        np.testing.assert_allclose(model.logits(case["ids"]), case["logits"], atol=1e-3)


def test_config(stories):
    c = stories.config
    assert (c.family, c.vocab_size, c.context_length, c.embedding_dim, c.num_layers) == ("llama", 512, 512, 64, 5)
    assert (c.num_heads, c.num_kv_heads, c.head_dim, c.tied) == (8, 4, 8, True) and c.parameters == 260_032 and c.bytes > 0
    assert "llama" in repr(stories)


def test_tokens_know_more(stories):
    tokens = list(stories.stream(PROMPT, max_tokens=5, alternatives=3))
    assert tokens == [",", " there", " was", " a", " little"]
    logits = stories.logits(PROMPT)[-1].astype(np.float64)
    p = logits - np.log(np.exp(logits).sum())
    first = tokens[0]
    assert first.id == p.argmax() and first.text == "," and first.bytes == b","
    assert first.log_probability == pytest.approx(p.max(), abs=1e-4)
    assert [id for id, _ in first.alternatives] == np.argsort(-p)[:3].tolist()
    assert next(stories.stream(PROMPT)).log_probability is None
    assert stories.generate_ids(PROMPT, max_tokens=5) == [token.id for token in tokens]


def test_the_seed_is_the_text(stories):
    settings = {"max_tokens": 30, "temperature": 1.0, "top_p": 0.9}
    texts = [stories.generate(PROMPT, seed=seed, **settings) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert stories.generate(PROMPT, max_tokens=10, temperature=1.0, top_k=1, seed=4) == stories.generate(PROMPT, max_tokens=10)


def test_leaving_the_loop_gives_the_memory_back(stories):
    live = llmsys.memory_stats().live_bytes
    for i, _ in enumerate(stories.stream(PROMPT, max_tokens=400)):
        if i == 3:
            assert llmsys.memory_stats().live_bytes > live
            break
    import gc

    gc.collect()
    assert llmsys.memory_stats().live_bytes == live


def test_kernels_change_while_it_writes(stories):
    expected = stories.generate(PROMPT, max_tokens=20)
    text = ""
    for i, token in enumerate(stories.stream(PROMPT, max_tokens=20)):
        llmsys.use("matmul", ["naive", "tiled", "auto"][i % 3])
        text += token
    assert text == expected


def test_the_end(stories, workspace_model):
    end = stories.generate_ids(PROMPT, max_tokens=1)
    assert stories.generate_ids(PROMPT, max_tokens=9, stop_tokens=end) in ([], end)
    assert stories.generate(PROMPT, max_tokens=0) == ""
    assert workspace_model.config.context_length == 64
    ids = workspace_model.tokenizer.encode("The old clock")
    assert len(workspace_model.generate_ids(ids, max_tokens=500)) <= 64
    assert len(workspace_model.generate_ids(ids, max_tokens=100, slide=True)) == 100


def test_the_cache_has_transformer_lens_names(stories):
    logits, cache = stories.run_with_cache(PROMPT)
    np.testing.assert_allclose(logits, stories.logits(PROMPT), atol=1e-5)
    t = len(stories.tokenizer.encode(PROMPT))
    shapes = {
        "hook_embed": (1, t, 64),
        "blocks.0.hook_resid_pre": (1, t, 64),
        "blocks.4.hook_resid_post": (1, t, 64),
        "blocks.2.attn.hook_q": (1, t, 8, 8),
        "blocks.2.attn.hook_k": (1, t, 4, 8),
        "blocks.2.attn.hook_v": (1, t, 4, 8),
        "blocks.2.attn.hook_pattern": (1, 8, t, t),
        "blocks.2.attn.hook_z": (1, t, 8, 8),
        "blocks.2.mlp.hook_pre": (1, t, stories.config.hidden_dim),
        "ln_final.hook_normalized": (1, t, 64),
    }
    assert {name: cache[name].shape for name in shapes} == shapes
    pattern = cache["blocks.2.attn.hook_pattern"]
    np.testing.assert_allclose(pattern.sum(-1), 1, rtol=1e-5)
    assert (np.triu(pattern[0, 0], 1) == 0).all()
    for layer in range(5):
        block = f"blocks.{layer}."
        np.testing.assert_allclose(cache[block + "hook_resid_mid"], cache[block + "hook_resid_pre"] + cache[block + "hook_attn_out"], atol=1e-5)
        np.testing.assert_allclose(cache[block + "hook_resid_post"], cache[block + "hook_resid_mid"] + cache[block + "hook_mlp_out"], atol=1e-5)
    assert set(stories.run_with_cache(PROMPT, lambda name: name.endswith("hook_z")).cache) == {f"blocks.{i}.attn.hook_z" for i in range(5)}
    assert set(stories.run_with_cache(PROMPT, ["hook_embed"]).cache) == {"hook_embed"}
    result = stories.run_with_cache(PROMPT)
    np.testing.assert_array_equal(result["hook_embed"], result.cache["hook_embed"])
    with pytest.raises(ZeroDivisionError):
        stories.run_with_cache(PROMPT, lambda name: 1 / 0)


def test_wrong_prompts_and_settings_are_told(stories, workspace_model):
    for call, error in (
        (lambda: stories.logits([512]), ValueError),
        (lambda: stories.logits([-1]), ValueError),
        (lambda: stories.logits([1] * 513), ValueError),
        (lambda: stories.logits([1.5]), TypeError),
        (lambda: stories.logits([[1]]), TypeError),
        (lambda: stories.generate([]), ValueError),
        (lambda: stories.generate(PROMPT, temperature=-1), ValueError),
        (lambda: stories.generate(PROMPT, top_p=2), ValueError),
        (lambda: stories.generate([1] * 600), ValueError),
    ):
        with pytest.raises(error, match="\nwhy: "):
            call()


def test_files_that_are_none(tmp_path):
    (tmp_path / "no.gguf").write_bytes(b"GGUF" + bytes(20))
    (tmp_path / "short.bin").write_bytes(bytes(28))
    for path in (tmp_path / "no.gguf", tmp_path / "short.bin", tmp_path / "nowhere", tmp_path):
        with pytest.raises(llmsys.Error, match="\nfix: "):
            llmsys.load_model(path)


def test_a_model_without_tokenizer(tmp_path, shared):
    import shutil

    shutil.copy(shared / "data" / "models" / "stories260K" / "stories260K.bin", tmp_path / "alone.bin")
    model = llmsys.load_model(tmp_path / "alone.bin")
    assert model.tokenizer is None and len(model.generate_ids([1, 403], max_tokens=3)) == 3
    with pytest.raises(llmsys.Error, match="tokenizer"):
        model.generate(PROMPT)
    model.close()
    with pytest.raises(ValueError, match="closed"):
        model.logits([1])


def test_weights_can_be_held_smaller(shared, stories):
    with llmsys.load_model(shared / "data" / "models" / "stories260K" / "stories260K.bin", dtype="q8_0") as model:
        assert model.config.bytes < stories.config.bytes
        assert model.generate(PROMPT, max_tokens=5) == stories.generate(PROMPT, max_tokens=5)
    with pytest.raises((ValueError, llmsys.Error), match="q9"):
        llmsys.load_model(shared / "data" / "models" / "stories260K" / "stories260K.bin", dtype="q9")
