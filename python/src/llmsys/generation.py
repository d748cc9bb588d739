"""A text being written: tokens as they come."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from llmsys import _native
from llmsys.arguments import described

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

    def cut(self, length: int) -> Token:
        """The same token with the beginning of its text."""
        text = str(self)[:length]
        return Token(text, self.id, text.encode(), self.log_probability, self.alternatives)

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
    """The tokens behind a prompt. Leaving the loop over them gives the session's memory back. What does not fit is told before the first token."""
    return _tokens(_native.Session(model, list(prompt), **vars(settings)), Texts(tokenizer, prompt) if tokenizer is not None else None, settings)


def _tokens(session: _native.Session, texts: Texts | None, settings: Settings) -> Iterator[Token]:
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


class StopTexts:
    """Ends a text before the first of some texts, which may lie across tokens.

    Tokens whose text may be the beginning of one are kept back until that is known.
    """

    def __init__(self, stop: Any) -> None:
        given = [stop] if isinstance(stop, str) else [] if stop is None else stop
        if not isinstance(given, (list, tuple)) or not all(isinstance(each, str) for each in given):
            raise TypeError(f"error: a {described(stop)} for stop\nwhy: it is a text, or several\nfix: pass a str or a list of them")
        if "" in given:
            raise ValueError("error: an empty text for stop\nwhy: every text ends before it begins then\nfix: leave it out")
        self.texts: list[str] = list(given)
        self.found = False
        """Whether one of them ended the text."""

    def before(self, tokens: Iterable[Token]) -> Iterator[Token]:
        kept: list[Token] = []
        for token in tokens:
            kept.append(token)
            text = "".join(kept)
            places = [place for place in map(text.find, self.texts) if place >= 0]
            if places:
                self.found = True
                yield from self._until(kept, min(places))
                return
            open_length = max((self._open(text, each) for each in self.texts), default=0)
            while kept and len(text) - len(kept[0]) >= open_length:
                text = text[len(kept[0]) :]
                yield kept.pop(0)
        yield from kept

    @staticmethod
    def _open(text: str, stop: str) -> int:
        """How long the end of text is that stop begins with."""
        return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)

    @staticmethod
    def _until(tokens: Iterable[Token], length: int) -> Iterator[Token]:
        for token in tokens:
            if len(token) > length:
                if length > 0:
                    yield token.cut(length)
                return
            yield token
            length -= len(token)
            if length == 0:
                return
