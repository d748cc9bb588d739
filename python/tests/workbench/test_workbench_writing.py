"""Texts that the workbench writes, and models that it trains."""

from __future__ import annotations

import signal
import time

import pytest

import llmsys

PROMPT = "The old clock"


def test_the_text_is_the_oracles(wb, shared):
    """llama2.c's own greedy text of stories260K, 100 tokens: prompt and continuation."""
    folder = shared / "data" / "models" / "stories260K"
    wanted = (shared / "oracles" / "stories260K" / "greedy_once_upon_a_time_n100.txt").read_text().strip()
    text = "Once upon a time" + wb.generate("Once upon a time", model=folder / "stories260K.bin", max_tokens=95, temperature=0)
    assert wanted.startswith(text.strip()[:len(wanted)]) or text.strip().startswith(wanted)
    assert len(text) > 200


def test_a_stream_is_the_text_in_pieces(wb):
    pieces = list(wb.stream(PROMPT, max_tokens=40, seed=7))
    assert len(pieces) == 40
    assert "".join(pieces) == wb.generate(PROMPT, max_tokens=40, seed=7)
    assert PROMPT + "".join(pieces) == wb.run("generate", "--prompt", PROMPT, "--max-tokens", "40", "--seed", "7").rstrip("\n")


def test_options(wb):
    assert wb.generate(PROMPT, max_tokens=0) == ""
    assert wb.generate(PROMPT, max_tokens=30, temperature=1.5, top_k=1) == wb.generate(PROMPT, max_tokens=30, temperature=0)
    whole = wb.generate(PROMPT, max_tokens=30, temperature=0)
    assert wb.generate(PROMPT, max_tokens=30, temperature=0, stop=whole[5:8]) == whole[:whole.index(whole[5:8])]
    assert wb.generate(PROMPT, max_tokens=30, temperature=0, stop=["zzz", whole[5:8]]) == whole[:whole.index(whole[5:8])]
    first = wb.run("tokenize", "--json", whole[0])
    assert wb.generate(PROMPT, max_tokens=1, temperature=0, logit_bias={int(first.split("[")[1].split("]")[0]): -100}) != whole[0]
    with pytest.raises(llmsys.Error, match="temperature"):
        wb.generate(PROMPT, temperature=-1)


def test_leaving_the_loop_ends_the_text(wb):
    """A text of a million tokens, of which four are read: the rest is not written, and the next one comes at once."""
    before = time.monotonic()
    for i, _ in enumerate(wb.stream(PROMPT, max_tokens=1_000_000)):
        if i == 3:
            break
    assert wb.generate(PROMPT, max_tokens=5) and time.monotonic() - before < 30


def test_the_writer_waits_for_its_reader(wb):
    """A choice made in the loop is seen within a few tokens, however fast the model is."""
    seen = []
    with wb.register_sampler("first", lambda logits: seen.append(0) or int(logits.argmax())):
        for i, _ in enumerate(wb.stream(PROMPT, max_tokens=60)):
            if i == 20:
                time.sleep(0.5)
                wb.use("sampler", "first")
    assert 60 - 20 - 6 <= len(seen) < 60 - 20


def test_kernels_change_under_a_text(wb):
    """naive, tiled and vector give equal bits, so the text is that of an undisturbed run."""
    wanted = wb.generate(PROMPT, max_tokens=60, seed=3)
    names = ["naive", "tiled", "vector"]
    pieces = []
    for i, piece in enumerate(wb.stream(PROMPT, max_tokens=60, seed=3)):
        pieces.append(piece)
        wb.use("matmul", names[i % 3])
    assert "".join(pieces) == wanted


def test_train_then_write(wb, tmp_path):
    text = tmp_path / "rhyme.txt"
    text.write_text("the cat sat on the mat and the rat ran at the cat. " * 60)
    reports = []
    result = wb.train(text, out=tmp_path / "model", preset="tiny", steps=12, seed=5, on_report=reports.append)
    assert result["steps"] == 12 and result["seconds"] > 0 and result["valLoss"] > 0
    assert reports[-1]["step"] == 12 and reports[-1]["trainLoss"] < reports[0]["trainLoss"]
    assert wb.generate("the cat", model=tmp_path / "model", max_tokens=10)
    with pytest.raises(llmsys.Error, match="there is a training run"):
        wb.train(text, out=tmp_path / "model", preset="tiny", steps=12)
    assert wb.train(text, out=tmp_path / "model", steps=12, resume=True)["steps"] == 12


def test_ctrl_c_is_pythons(script):
    """SIGINT while a text is written raises KeyboardInterrupt, and the workbench still works. So does SIGINT in training, which saves first."""
    process = script.start("""
        with llmsys.Workbench(HOUSE) as wb:
            open("rhyme.txt", "w").write("the cat sat on the mat. " * 200)
            for work in (lambda: wb.generate("The old clock", max_tokens=1_000_000),
                         lambda: wb.train("rhyme.txt", out="model", preset="tiny", steps=1_000_000)):
                threading.Timer(1.0, lambda: print("working", flush=True)).start()
                try:
                    work()
                    print("ended")
                except KeyboardInterrupt:
                    print("interrupted", flush=True)
            print(len(wb.generate("The old clock", max_tokens=5)) >= 5, os.path.exists("model/config.json") or sorted(os.listdir("model")))
    """)
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if said[-1] == "working":
            process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == 0, process.stderr.read()
    assert said[:4] == ["working", "interrupted", "working", "interrupted"]
    assert said[4].startswith("True") and said[4] != "True []"
