"""Texts that end a text: they are no part of it, wherever the borders of tokens lie."""

import codecs
import json
import urllib.request

import pytest

import llmsys
from llmsys.generation import StopTexts, Token


@pytest.fixture(scope="module")
def model(checkout):
    return llmsys.load_model(checkout / "workspace" / "model")


PROMPT = "The old clock"


def test_every_piece_of_a_text_can_end_it(model):
    whole = model.generate(PROMPT, max_tokens=40)
    assert len(whole) > 20
    for begin in range(0, len(whole), 3):
        for length in (1, 2, 5, 11):
            stop = whole[begin : begin + length]
            expected = whole[: whole.index(stop)]
            assert model.generate(PROMPT, max_tokens=40, stop=stop) == expected
            assert "".join(model.stream(PROMPT, max_tokens=40, stop=["never there", stop])) == expected
    assert model.generate(PROMPT, max_tokens=40, stop=["@@", "never there"]) == whole
    assert model.generate(PROMPT, max_tokens=40, echo=True, stop=whole[7:10]) == PROMPT + whole[: whole.index(whole[7:10])]


def tokens(*pieces):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    written = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
    return [Token(decoder.decode(piece), i, piece, None, []) for i, piece in enumerate(written)]


@pytest.mark.parametrize(
    "pieces,stop,expected",
    [
        (["ab", "cd", "ef"], "cd", ["ab"]),
        (["ab", "cd", "ef"], "bcde", ["a"]),
        (["ab", "cd", "ef"], "a", []),
        (["ab", "cd", "ef"], "f", ["ab", "cd", "e"]),
        (["a", "a", "a", "b"], "aab", ["a"]),
        (["x", "\n", "\n", "y"], ["\n\n", "y"], ["x"]),
        (["ab", "cd"], ["cd", "bc"], ["a"]),
        (["caf", b"\xc3", b"\xa9", " x"], "é", ["caf", ""]),
        (["no", "thing"], "thingy", ["no", "thing"]),
        ([], "a", []),
    ],
)
def test_borders(pieces, stop, expected):
    stops = StopTexts(stop)
    assert [str(token) for token in stops.before(tokens(*pieces))] == expected
    assert stops.found == ("".join(expected) != "".join(tokens(*pieces)))


def test_what_cannot_begin_a_stop_is_not_kept_back():
    shown = []
    stream = StopTexts("zz").before(shown.append(token) or token for token in tokens("a", "b", "z", "c"))
    assert next(stream) == "a" and len(shown) == 1
    assert next(stream) == "b" and len(shown) == 2
    assert next(stream) == "z" and len(shown) == 4  # it might have been the beginning


def test_leaving_the_loop_gives_the_memory_back(model):
    live = llmsys.memory_stats().live_bytes
    for _ in model.stream(PROMPT, max_tokens=30, stop="never there"):
        break
    import gc

    gc.collect()
    assert llmsys.memory_stats().live_bytes == live


def test_what_is_wrong_is_told_before_the_first_token(model):
    wrong = ({"stop": 3}, {"stop": b"x"}, {"stop": ["a", 1]}, {"stop": ""}, {"temperature": -1}, {"max_tokens": -1}, {"seed": -1}, {"top_p": "a"})
    for named in wrong:
        with pytest.raises((TypeError, ValueError), match="\nfix: "):
            model.stream(PROMPT, **named)
    for prompt in ("", [], [1] * 65, [10**12], None, [[1]]):
        with pytest.raises((TypeError, ValueError), match="\nwhy: "):
            model.stream(prompt)
    assert model.generate(PROMPT, max_tokens=0) == "" and model.generate(PROMPT, max_tokens=0, echo=True, stop="x") == PROMPT
    assert list(model.stream(PROMPT, max_tokens=0)) == []


def test_the_server_stops_at_the_same_places(model):
    whole = model.generate(PROMPT, max_tokens=30)
    try:
        server = llmsys.Server(model)
    except llmsys.Error as error:
        pytest.skip(error.why)
    with server:
        for stop in (whole[5:9], [whole[12:14], whole[8:11]], "never there"):
            asked = {"prompt": PROMPT, "max_tokens": 30, "temperature": 0, "stop": stop}
            request = urllib.request.Request(server.url + "/v1/completions", json.dumps(asked).encode(), {"Content-Type": "application/json"})
            told = json.load(urllib.request.urlopen(request, timeout=30))
            assert told["choices"][0]["text"] == model.generate(PROMPT, max_tokens=30, stop=stop)


def test_a_model_without_tokenizer_has_no_texts_to_stop_at(model):
    alone = llmsys.Model(model._handle, None)
    with pytest.raises(llmsys.Error, match="tokenizer"):
        alone.stream([1, 2], stop="x")
    assert len(list(alone.stream([1, 2], max_tokens=3))) == 3
