"""A text being written: tokens as they come."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llmsys import _native

__all__ = ["Token"]


class Token(str):
    """A token of a text being written: its text, which knows more.

    It is a string, so ``"".join(model.stream(...))`` is the text. Bytes that do not end a character wait for the next token.
    """

    id: int
    log_probability: float | None
    """Natural logarithm, before filters; None when it was not asked for."""
    alternatives: list[tuple[int, float]]
    """The likeliest tokens in its place, (id, log-probability), as many as were asked for."""
    bytes: bytes
    """What it adds to the text, before it is read as UTF-8."""

    def __new__(cls, text: str, id: int, bytes: bytes, log_probability: float | None, alternatives: list[tuple[int, float]]) -> Token:
        token = super().__new__(cls, text)
        token.id, token.bytes, token.log_probability, token.alternatives = id, bytes, log_probability, alternatives
        return token

    @property
    def text(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Settings:
    """How a text is written."""

    max_tokens: int = 128
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    slide: bool = False
    alternatives: int = -1
    stop_tokens: Sequence[int] = ()


class Texts:
    """What each token adds to a text.

    Some vocabularies drop the first space of a text, so a token is decoded behind the last one that wrote something, whose bytes are
    taken off.
    """

    def __init__(self, tokenizer: _native.Tokenizer, prompt: Sequence[int]) -> None:
        self._tokenizer = tokenizer
        self._before: int | None = None
        self._bytes = 0
        for id in reversed(prompt):
            if self._advance(id):
                break

    def _advance(self, id: int) -> bool:
        alone = len(self._tokenizer.decode_bytes([id]))
        if alone:
            self._before, self._bytes = id, alone
        return alone > 0

    def add(self, id: int) -> bytes:
        """The bytes that a token adds behind those before it."""
        if self._before is None:
            piece = self._tokenizer.decode_bytes([id])
        else:
            piece = self._tokenizer.decode_bytes([self._before, id])[self._bytes :]
        self._advance(id)
        return piece


def tokens_of(model: _native.ModelHandle, tokenizer: _native.Tokenizer | None, prompt: Sequence[int], settings: Settings) -> Iterator[Token]:
    """The tokens behind a prompt. Leaving the loop over them gives the session's memory back."""
    session = _native.Session(model, list(prompt), **vars(settings))
    texts = Texts(tokenizer, prompt) if tokenizer is not None else None
    characters = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        while True:
            id, log_probability, _ = session.next()
            if id < 0:
                return
            piece = texts.add(id) if texts is not None else b""
            alternatives = session.alternatives() if settings.alternatives > 0 else []
            yield Token(characters.decode(piece), id, piece, log_probability, alternatives)
    finally:
        session.close()
