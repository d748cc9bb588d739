"""Python functions as samplers of the workbench."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import llmsys

PROMPT = "The old clock"


def names(wb) -> dict[str, str]:
    return {row["name"]: row["state"] for row in wb.services("sampler")}


def test_a_function_picks(wb):
    """np.argmax itself writes what greedy writes; the sampler is there while its block lasts."""
    wanted = wb.generate(PROMPT, max_tokens=30, temperature=0)
    with wb.register_sampler("mine", np.argmax, "the likeliest, by numpy") as sampler:
        assert sampler.name == "mine" and "mine" in names(wb)
        assert [row for row in wb.services("sampler") if row["name"] == "mine"][0]["algorithm"] == "mine"
        assert wb.generate(PROMPT, max_tokens=30, sampler="mine", temperature=1) == wanted
    assert "mine" not in names(wb)


def test_the_logits_are_javas_own_and_read_only(wb):
    """They do not own their memory, cannot be written, and hold -inf where a filter cut."""
    looked = []

    def look(logits):
        looked.append((logits.shape, logits.dtype, logits.flags.owndata, logits.flags.writeable, int(np.isneginf(logits).sum())))
        with pytest.raises(ValueError):
            logits[0] = 1
        return logits.argmax()

    with wb.register_sampler("look", look):
        wb.generate(PROMPT, max_tokens=3, sampler="look", top_k=4)
    size = looked[0][0][0]
    assert looked == [((size,), np.float32, False, False, size - 4)] * 3


def test_draws_are_those_of_seed_and_position(wb):
    drawn: list[float] = []

    def draw(logits, number):
        drawn.append(number)
        return int(logits.argmax())

    with wb.register_sampler("draw", draw):
        wb.generate(PROMPT, max_tokens=8, sampler="draw", seed=1)
        wb.generate(PROMPT, max_tokens=8, sampler="draw", seed=1)
        wb.generate(PROMPT, max_tokens=8, sampler="draw", seed=2)
    assert drawn[:8] == drawn[8:16] != drawn[16:] and len(set(drawn)) == 16
    assert all(0 <= number < 1 for number in drawn)


def test_a_running_text_switches_to_it_and_back(wb):
    """Chosen in mid-text it picks from the next tokens on; unregistered in mid-text, the sampler before it goes on."""
    seen = []
    sampler = wb.register_sampler("seen", lambda logits: seen.append(0) or int(logits.argmax()))
    for i, _ in enumerate(wb.stream(PROMPT, max_tokens=60)):
        if i == 10:
            assert not seen
            wb.use("sampler", "seen")
        if i == 30:
            sampler.unregister()
            called = len(seen)
    assert 10 < called <= 24 and len(seen) == called
    assert "absent" in names(wb)["seen"] if "seen" in names(wb) else True


@pytest.mark.parametrize("function, says", [
    (lambda logits: 1 / 0, "ZeroDivisionError"),
    (lambda logits: "seven", "str"),
    (lambda logits: len(logits), "vocabulary"),
    (lambda logits: -1, "picked token -1"),
    (lambda logits: None, "NoneType"),
])
def test_what_goes_wrong_in_it_ends_the_text_in_words(wb, function, says):
    with wb.register_sampler("bad", function), pytest.raises(llmsys.Error) as raised:
        wb.generate(PROMPT, max_tokens=5, sampler="bad")
    assert "bad" in str(raised.value) and says in str(raised.value)
    assert wb.generate(PROMPT, max_tokens=5)


def test_its_exception_is_the_cause(wb):
    class Undecided(Exception):
        pass

    def function(logits):
        raise Undecided("no idea")

    with wb.register_sampler("undecided", function), pytest.raises(llmsys.Error) as raised:
        wb.generate(PROMPT, max_tokens=5, sampler="undecided")
    assert isinstance(raised.value.__cause__, Undecided)
    assert raised.value.__cause__.__traceback__.tb_frame.f_code.co_name == "function"


def test_a_text_that_follows_the_choice_goes_on_without_it(wb):
    """The house's rule for a provider that fails: the step is repeated with the next one, and it is left out, with the reason."""
    with wb.register_sampler("failing", lambda logits: 1 / 0):
        wb.use("sampler", "failing")
        assert len(wb.generate(PROMPT, max_tokens=12)) >= 12
        row = [row for row in wb.services("sampler") if row["name"] == "failing"][0]
        assert row["state"] == "quarantined" and "division by zero" in row["reason"]


def test_keeping_the_logits_is_refused(wb):
    """A view, a slice of a view, a memoryview: each is noticed, and reading what was kept stays harmless."""
    kept = []
    for keep in (lambda logits: kept.append(logits), lambda logits: kept.append(logits[1:][::2]), lambda logits: kept.append(memoryview(logits))):
        with wb.register_sampler("keeper", lambda logits: keep(logits) or 0), pytest.raises(llmsys.Error, match="logits.copy"):
            wb.generate(PROMPT, max_tokens=5, sampler="keeper")
    gc.collect()
    for _ in range(3):
        wb.generate(PROMPT, max_tokens=50)
    assert all(np.isfinite(np.asarray(view)).any() for view in kept)
    with wb.register_sampler("copier", lambda logits: kept.append(logits.copy()) or int(logits.argmax())):
        assert wb.generate(PROMPT, max_tokens=5, sampler="copier")


def test_it_cannot_call_the_workbench(wb):
    with wb.register_sampler("caller", lambda logits: wb.services() and 0), pytest.raises(llmsys.Error, match="cannot call the workbench"):
        wb.generate(PROMPT, max_tokens=5, sampler="caller")


def test_names(wb):
    with wb.register_sampler("mine", np.argmax):
        with pytest.raises(llmsys.Error, match="already"):
            wb.register_sampler("mine", np.argmax)
    for name in ("greedy", "", "a b", "x" * 97, "(llmsys.name=*)"):
        with pytest.raises(llmsys.Error):
            wb.register_sampler(name, np.argmax)
    with pytest.raises(TypeError, match="cannot be called"):
        wb.register_sampler("mine", 7)
    wb.unregister_sampler("nobody")


def test_the_conformance_kit_passes_a_good_one(wb):
    """As for any provider; it calls the function on many threads at once."""
    def likeliest(logits):
        return int(np.argmax(logits))

    with wb.register_sampler("likeliest", likeliest):
        assert "passed" in wb.run("check sampler likeliest")


def test_python_ends_while_a_sampler_chooses(script):
    """Java's threads that come for a choice meanwhile find no Python, and nobody ends the process for that."""
    out = script("""
        wb = llmsys.Workbench(HOUSE)
        asked = threading.Event()

        def choose(logits):
            asked.set()
            return int(logits.argmax())

        def write():
            while True:
                for piece in wb.stream("The old clock", max_tokens=60, sampler="last"):
                    pass

        wb.register_sampler("last", choose)
        for _ in range(2):
            threading.Thread(target=write, daemon=True).start()
        asked.wait()
        print("asked", flush=True)
    """)
    assert out == "asked\n"
