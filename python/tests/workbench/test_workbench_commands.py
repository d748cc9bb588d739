"""Commands of the workbench, called from Python."""

from __future__ import annotations

import json
import subprocess
import threading

import pytest

import llmsys


def test_services_are_those_of_the_shell(wb, house, environment):
    """The same list as ./llmsys services --json, whatever was chosen: by name, slot and who serves."""
    wb.use("matmul", "tiled")
    shell = subprocess.run([str(house / "llmsys"), "services", "--json"], capture_output=True, text=True, env=environment, check=True)
    assert [{**row} for row in wb.services()] == json.loads(shell.stdout)
    assert [row["name"] for row in wb.services("matmul") if row["selected"]] == ["tiled"]


def test_the_shell_finds_what_python_chose_and_the_other_way_round(wb, house, environment, script):
    assert "tiled" in wb.use("matmul", "tiled")
    shell = [str(house / "llmsys"), "services", "--slot", "matmul", "--json"]
    rows = json.loads(subprocess.run(shell, capture_output=True, text=True, env=environment, check=True).stdout)
    assert [row["name"] for row in rows if row["selected"]] == ["tiled"]
    subprocess.run([str(house / "llmsys"), "use", "matmul", "naive"], check=True, env=environment, capture_output=True)
    out = script("""
        with llmsys.Workbench(HOUSE) as wb:
            print([row["name"] for row in wb.services("matmul") if row["state"] == "serving"])
    """)
    assert out.strip() == "['naive']"
    wb.use("matmul", "naive")


def test_run_gives_what_a_command_prints(wb, capfd):
    assert wb.run("version").startswith("llmsys ")
    assert wb.run("tokenize --json 'The old'") == wb.run("tokenize", "--json", "The old")
    assert json.loads(wb.run("tokenize", "--json", "clock"))["tokens"] == list("clock")
    assert capfd.readouterr().out == ""


def test_texts_cross_whole_in_both_directions(wb, tmp_path):
    """Quotes, characters of two bytes, of three, of four; in a path too. And a zero byte, which the error shows."""
    text = "it's \"quoted\" äöü 数 🦜 end"
    file = tmp_path / "text 数 🦜.txt"
    file.write_text(text + " ", encoding="utf-8")
    out = wb.run("tokenizer-train", "--text", str(file), "--type", "char", "--vocab-size", "300", "--out", str(tmp_path / "t.json"))
    assert out or (tmp_path / "t.json").exists()
    told = json.loads(wb.run("tokenize", "--json", "--tokenizer", str(tmp_path / "t.json"), text))
    assert "".join(told["tokens"]) == text
    with pytest.raises(llmsys.Error) as raised:
        wb.use("matmul", "nob\x00dy 🦜")
    assert "nob\x00dy 🦜" in raised.value.error


def test_remarks_go_to_stderr_and_not_into_the_result(wb, capsys):
    out = wb.run("generate", "--prompt", "The old clock", "--max-tokens", "5", "--temperature", "0")
    assert out.startswith("The old clock") and "tokens" not in out
    assert "5 tokens" in capsys.readouterr().err


def test_a_script_of_gogo_runs(wb):
    out = wb.run("exec", "use matmul naive; services --slot matmul --json")
    rows = json.loads(out[out.index("["):])
    assert [row["name"] for row in rows if row["selected"]] == ["naive"]


@pytest.mark.parametrize("words, what, fix", [
    (["use", "matmul", "nobody"], "nobody", ""),
    (["generat"], "there is no command generat", "generate"),
    (["services", "--slto", "matmul"], "--slto", "--slot"),
    (["generate", "--prompt", "x", "--model", "/no/such/model"], "/no/such/model", "--model"),
    (["build"], "inside a workbench", "./llmsys build"),
])
def test_errors_have_their_three_parts(wb, words, what, fix):
    with pytest.raises(llmsys.Error) as raised:
        wb.run(*words)
    error = raised.value
    assert what in error.error and error.why and fix in error.fix
    assert str(error) == f"error: {error.error}\nwhy: {error.why}\nfix: {error.fix}"
    assert error.java_class.startswith("org.llmsys.") and "at org.llmsys" in error.java_trace


def test_a_status_is_an_error_too(wb):
    with pytest.raises(llmsys.Error, match="exec ended with status|script failed"):
        wb.run("exec", "no-such-command")
    assert wb.run("version")


def test_many_threads_at_once(wb):
    """Commands of one workbench by eight threads, twice: every answer is whole, and threads leave Java when they end."""
    answers, wanted = [], wb.run("tokenize --json clock")
    for _ in range(2):
        threads = [threading.Thread(target=lambda: answers.append(wb.run("tokenize --json clock"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [wanted] * 16
