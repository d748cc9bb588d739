"""Models: loaded, asked, written with, looked into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Union

import numpy as np
from numpy.typing import NDArray

from llmsys import _native
from llmsys.errors import Error
from llmsys.arguments import array, flag, wrong_type
from llmsys.generation import Settings, StopTexts, Token, tokens_of

__all__ = ["Activations", "Model", "ModelConfig", "load_model"]

Prompt = Union[str, Sequence[int], NDArray[np.integer]]


class ModelConfig(NamedTuple):
    """The shape of a model."""

    family: str
    """``"llama"`` or ``"gpt2"``."""
    vocab_size: int
    context_length: int
    """Tokens that it can see at a time."""
    embedding_dim: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    hidden_dim: int
    norm_eps: float
    rope_theta: float
    tied: bool
    """Whether the output reads the embedding's table."""
    has_biases: bool
    interleaved: bool
    """Whether rotary positions turn neighbours in pairs."""
    parameters: int
    bytes: int
    """The weights as they are held."""


class Activations(NamedTuple):
    """What ``run_with_cache`` gives: ``logits, cache = ...``. A name in brackets reads the cache."""

    logits: NDArray[np.float32]
    """(T, V)."""
    cache: dict[str, NDArray[np.float32]]
    """Arrays under TransformerLens names, such as ``"blocks.0.attn.hook_pattern"`` of (1, NH, T, T)."""

    def __getitem__(self, key: Any) -> Any:
        return self.cache[key] if isinstance(key, str) else tuple.__getitem__(self, key)


class Model:
    """A language model; ``load_model`` makes one. It may be used from several threads, and its weights go with it or with ``close``."""

    def __init__(self, handle: _native.ModelHandle, tokenizer: _native.Tokenizer | None) -> None:
        self._handle = handle
        self.tokenizer = tokenizer
        """What it writes with; None when none came with it."""
        self.config = ModelConfig(**handle.config())

    def _ids(self, prompt: Prompt) -> list[int]:
        if isinstance(prompt, str):
            return self._tokenizer("a prompt of text").encode(prompt)
        ids = array(prompt, "a model", "prompt")
        if ids.shape == (0,):
            return []
        if ids.dtype.kind not in "iu" or ids.ndim != 1:
            raise wrong_type(
                "a model", ids, "prompt", "a prompt is a text or one row of ids", "pass a str, or the whole numbers that tokenizer.encode gives"
            )
        return ids.tolist()

    def _tokenizer(self, what: str) -> _native.Tokenizer:
        if self.tokenizer is None:
            raise Error(
                f"{what} for a model without tokenizer", "none came with its file", "pass ids, or load_model(path, tokenizer=...)", "not-found"
            )
        return self.tokenizer

    def logits(self, ids: Prompt) -> NDArray[np.float32]:
        """The logits after each id, from an empty cache.

        Shapes: ids (T,), whole numbers or a text, give (T, V), float32; T at most context_length.

        Errors: TypeError for ids that are no whole numbers; ValueError for an id outside the vocabulary or too many; llmsys.Error for NaN.

        Example::

            m.logits(m.tokenizer.encode("The old clock"))[-1].argmax()     # the likeliest next token
        """
        return self._handle.logits(self._ids(ids))

    def stream(
        self,
        prompt: Prompt,
        *,
        max_tokens: int = 128,
        temperature: float = 0.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        slide: bool = False,
        alternatives: int = -1,
        stop_tokens: Sequence[int] = (),
        stop: str | Sequence[str] | None = None,
    ) -> Iterator[Token]:
        """Writes behind a prompt, token by token; leaving the loop ends it.

        temperature 0 takes the likeliest token each time; otherwise logits are divided by it, cut to the top_k likeliest (0: all) and to the
        likeliest that share top_p of the probability (1: all), and drawn from with the generator that seed begins. The same arguments write the same
        text. slide: when the context is full, forget its first half; otherwise the text ends. alternatives: log-probabilities, of so many likeliest
        tokens besides the chosen one's; -1: none at all. stop_tokens: ids that end the text, besides the vocabulary's own.
        stop: one text or several; the result ends before the first of them, also where it lies across tokens.

        Units: max_tokens 0 writes nothing; with the prompt it stays within config.context_length tokens unless it slides. seed: 0 to 2^64 - 1.

        Errors: before the first token ValueError for a setting out of range, an empty prompt or one that is too long, TypeError for another type;
        llmsys.Error for logits that are no numbers.

        Source: temperature: Ackley et al. 1985; top-k: Fan et al. 2018, arXiv 1805.04833; top-p: Holtzman et al. 2019, arXiv 1904.09751.

        Example::

            for token in m.stream("Once upon a time", max_tokens=50):
                print(token, end="", flush=True)
        """
        settings = Settings(max_tokens, temperature, top_k, top_p, seed, slide, alternatives, stop_tokens)
        return self._tokens(self._ids(prompt), settings, StopTexts(stop))

    def _tokens(self, ids: list[int], settings: Settings, stops: StopTexts) -> Iterator[Token]:
        if stops.texts:
            self._tokenizer("stop")
        tokens = tokens_of(self._handle, self.tokenizer, ids, settings)
        return stops.before(tokens) if stops.texts else tokens

    def generate(self, prompt: Prompt, *, echo: bool = False, stop: str | Sequence[str] | None = None, **settings: Any) -> str:
        """Writes behind a prompt; gives the new text, behind the prompt's own when echo.

        The settings, errors and source are stream's.

        Example::

            m.generate("Once upon a time", max_tokens=50, temperature=0.8, top_p=0.9, seed=1)
        """
        tokenizer = self._tokenizer("generate")
        ids = self._ids(prompt)
        stops = StopTexts(stop)
        begin = tokenizer.decode_bytes(ids) if flag(echo, "generate", "echo") else b""
        tokens = list(self._tokens(ids, Settings(**settings), stops))
        if stops.found:  # it ends inside a token: what counts is its text
            return begin.decode("utf-8", "replace") + "".join(tokens)
        return (begin + b"".join(token.bytes for token in tokens)).decode("utf-8", "replace")

    def generate_ids(self, prompt: Prompt, **settings: Any) -> list[int]:
        """As generate, for who wants ids: those of the new tokens. It needs no tokenizer when the prompt is ids."""
        return [token.id for token in self.stream(prompt, **settings)]

    def run_with_cache(self, ids: Prompt, names_filter: Callable[[str], bool] | Sequence[str] | None = None) -> Activations:
        """The logits and every intermediate of one pass, under the names that TransformerLens gives them.

        names_filter: names to keep, or a function that says which; None: all.
        Shapes: logits (T,V); hook_embed and the stream (1,T,C), attn.hook_q (1,T,NH,HS), attn.hook_pattern (1,NH,T,T), mlp.hook_post (1,T,F), ...

        Errors: as logits.

        Source: Nanda and Bloom 2022, TransformerLens.

        Example::

            logits, cache = m.run_with_cache("The old clock")
            cache["blocks.0.attn.hook_pattern"].shape
        """
        wanted = names_filter
        if wanted is not None and not callable(wanted):
            names = [wanted] if isinstance(wanted, str) else wanted
            if not isinstance(names, (list, tuple, set, frozenset)) or not all(isinstance(name, str) for name in names):
                raise wrong_type("run_with_cache", wanted, "names_filter", "it is names, or a function of a name", "pass a list of str")
            wanted = set(names).__contains__
        return Activations(*self._handle.trace(self._ids(ids), wanted))

    def close(self) -> None:
        """Gives the weights back; what is being written with them goes on."""
        self._handle.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        c = self.config
        return f"Model({c.family}, {c.num_layers} layers of {c.embedding_dim}, vocabulary {c.vocab_size}, {c.parameters:,} parameters)"


def load_model(path: str | os.PathLike[str], *, dtype: str = "as-is", tokenizer: str | os.PathLike[str] | _native.Tokenizer | None = None) -> Model:
    """Loads a model: llama2.c's .bin, a .gguf, a .safetensors beside its config.json, or a folder with them.

    dtype: what matrices are held in: "as-is", "f32", "q8_0" or "q4_0". tokenizer: one, or the path of one; None: what came with the model.

    Errors: llmsys.Error for files that are not there or not what they say, with all missing, extra and mis-shaped tensors in one message.

    Example::

        m = llmsys.load_model("workspace/model")
        m.generate("The old clock")
    """
    handle = _native.ModelHandle.load(path, dtype)
    if tokenizer is None:
        tokenizer = handle.tokenizer()
    elif not isinstance(tokenizer, _native.Tokenizer):
        tokenizer = _native.Tokenizer.load(tokenizer)
    return Model(handle, tokenizer)
