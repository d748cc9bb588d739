"""Arguments of Python as the words of a command line."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from numbers import Real

from llmsys.arguments import text, wrong_type, wrong_value


def option_words(options: Mapping[str, object]) -> list[str]:
    """``top_k=5`` as ``--top-k 5``, ``resume=True`` as ``--resume``; None and False are left out.

    A list is joined with commas, a dict as ``id=value`` pairs.
    """
    words: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(_word(value))
    return words


def _word(value: object) -> str:
    if isinstance(value, (str, bytes, os.PathLike)):
        return os.fsdecode(value)
    if isinstance(value, Mapping):
        return ",".join(f"{key}={_word(item)}" for key, item in value.items())
    if isinstance(value, Real):
        return str(value)
    if isinstance(value, Iterable) and getattr(value, "shape", None) != ():
        return ",".join(_word(item) for item in value)
    raise wrong_type("the workbench", value, "an option", "commands take texts, numbers, paths, and lists of them", "pass one of these")


def path_word(value: object, operation: str, name: str) -> str:
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise wrong_type(operation, value, name, "it is a text or a path", "pass a str or a pathlib.Path")
    return os.fsdecode(value)


def line_words(line: object) -> list[str]:
    """The words of a command line, split as a shell does."""
    try:
        return shlex.split(text(line, "run", "line"))
    except ValueError as wrong:
        raise wrong_value("run got a line that cannot be split", str(wrong).lower(), "close quotes, or pass the words one by one") from None


def sent(words: list[object]) -> list[str]:
    """Words as Java takes them: texts that UTF-8 can write."""
    for word in words:
        try:
            text(word, "the workbench", "a word").encode()
        except UnicodeEncodeError:
            raise wrong_value("the workbench got half of a surrogate pair in a word", "words are sent as UTF-8", "leave it out") from None
    return [str(word) for word in words]


def stop_words(stop: str | Iterable[str] | None) -> dict[str, object]:
    """The option behind ``stop``: one text, or several."""
    if stop is None or isinstance(stop, str):
        return {"stop": stop}
    if not isinstance(stop, Iterable) or getattr(stop, "shape", None) == ():
        raise wrong_type("the workbench", stop, "stop", "it is a text, or several", "pass a str or a list of them")
    return {"stops": "|".join(text(each, "the workbench", "stop") for each in stop)}
