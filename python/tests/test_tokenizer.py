"""Tokenizers are the vocabularies'."""

import numpy as np
import pytest

import llmsys


def test_there_and_back(checkout):
    tok = llmsys.Tokenizer.load(checkout / "workspace" / "model")
    ids = tok.encode("The old clock")
    assert tok.decode(ids) == "The old clock" and tok.decode(np.array(ids)) == "The old clock" and tok.decode([]) == ""
    assert len(tok) == tok.vocab_size and all(0 <= id < len(tok) for id in ids) and str(len(tok)) in repr(tok)
    with pytest.raises(ValueError, match=str(len(tok))):
        tok.decode([len(tok)])
    with pytest.raises(TypeError, match="whole numbers"):
        tok.decode(np.ones(2))


@pytest.mark.parametrize("name", ["gpt-2", "llama-spm"])
def test_hard_strings_are_the_oracles(name, shared):
    folder = shared / "oracles" / "tokenizers" / "vocab"
    vocabulary = next(folder.glob(f"*{name}.gguf"), None)
    if vocabulary is None:
        pytest.skip(f"no vocabulary {name} among the oracles")
    tok = llmsys.Tokenizer.load(vocabulary)
    questions = vocabulary.with_suffix(".gguf.inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")
    answers = vocabulary.with_suffix(".gguf.out").read_text().splitlines()
    assert len(answers) >= 40 and len(questions) - len(answers) in (0, 1)  # a separator may end the file
    for question, answer in zip(questions, answers, strict=False):
        assert tok.encode(question, special=False) == [int(id) for id in answer.split()]


def test_bytes_that_end_inside_a_character(shared):
    tok = llmsys.Tokenizer.load(shared / "data" / "models" / "stories260K" / "tok512.bin")
    ids = tok.encode("ü")
    halves = [tok.decode_bytes([id]) for id in ids]
    assert b"".join(halves).endswith("ü".encode()) and "\ufffd" in tok.decode(ids[:-1])


def test_learnt_from_a_text(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("a rose is a rose")
    tok = llmsys.Tokenizer.load(text, kind="char")
    assert tok.decode(tok.encode("rose is a rose")) == "rose is a rose"
    with pytest.raises(llmsys.Error):
        llmsys.Tokenizer.load(tmp_path / "nothing")
