"""Arguments of Python as the words of a command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping


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
    if isinstance(value, Iterable):
        return ",".join(_word(item) for item in value)
    return str(value)


def stop_words(stop: str | Iterable[str] | None) -> dict[str, object]:
    """The option behind ``stop``: one text, or several."""
    if stop is None or isinstance(stop, str):
        return {"stop": stop}
    return {"stops": "|".join(stop)}
