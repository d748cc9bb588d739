"""llmsys.Workbench."""

from __future__ import annotations

import atexit
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from llmsys.arguments import wrong_type

from .house import describe, find_house
from .machine import bridge, ensure_machine
from .plugin import Plugin
from .problem import problem
from .product import operands
from .running import Running
from .sampler import ChosenByFunction, RegisteredSampler
from .words import line_words, option_words, path_word, sent, stop_words

_opening = threading.Lock()
_open: Workbench | None = None


class Workbench:
    """The workbench in this process: its JVM, its bundles, the commands of ``./llmsys``.

    >>> with llmsys.Workbench() as wb:                               # doctest: +SKIP
    ...     wb.use("matmul", "vector")
    ...     c = wb.matmul(a, b)                                      # numpy's memory, seen by Java
    ...     text = wb.generate("The old clock", max_tokens=40, temperature=0)

    Methods may be called by any thread; those that take long let other threads run, and Ctrl-C ends them.
    What ``use`` chooses is kept, and is what the shell's commands find.
    There is one open workbench in a process at a time; when it is closed another one may be opened, in the same JVM.

    root:         a checkout, or the folder or zip that ``./llmsys dist`` wrote; when left out LLMSYS_HOME, if that names such a folder or zip,
                  else the checkout that this package was installed from
    java_home:    a JDK 25; when left out the launcher looks for one: JAVA_HOME, PATH, the usual places
    memory:       the JVM's largest heap, for example "2g"
    java_options: more flags of the JVM, for example ["-Xcheck:jni"]

    Raises llmsys.Error: no bundles, no JDK 25, a workbench that is open already.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None, *, java_home: str | os.PathLike[str] | None = None,
                 memory: str | None = None, java_options: Iterable[str] = ()):
        global _open
        jvm = bridge()
        with _opening:
            if _open is not None:
                raise problem("a workbench is open in this process", f"its bundles are those of {_open.root}",
                              "close it first; one with block may hold it for all")
            start = describe(find_house(root), java_home)
            ensure_machine(start, memory, tuple(java_options))
            self._door = jvm.Door.open(start.run, start.home, start.root, " ".join(start.flags))
            self._start = start
            self._samplers: dict[str, ChosenByFunction] = {}
            _open = self

    # ---- life ---------------------------------------------------------------------------------------------------------------------

    @property
    def root(self) -> str:
        """Where the house stands."""
        return self._start.root

    @property
    def home(self) -> str:
        """Where a run writes, and where ``use`` keeps its choices."""
        return self._start.home

    @property
    def java_home(self) -> str:
        """The JDK whose virtual machine runs here."""
        return str(self._start.jdk)

    def close(self) -> None:
        """Ends what runs, and stops the bundles. Closing twice is harmless."""
        global _open
        with _opening:                                                 # who opens the next one waits until this one has stopped
            self._door.close()
            self._samplers.clear()
            if _open is self:
                _open = None

    def __enter__(self) -> Workbench:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Workbench of {self.root}, {'open' if _open is self else 'closed'}>"

    # ---- commands -----------------------------------------------------------------------------------------------------------------

    def run(self, *line: str) -> str:
        """Runs a command line of ``./llmsys``, and gives what it prints. Its remarks and its progress go to ``sys.stderr`` as they come.

        line: one text, split as a shell does, or the words one by one

        >>> wb.run("services --slot matmul")                         # doctest: +SKIP
        >>> wb.run("generate", "--prompt", "It's late", "--temperature", "0")    # doctest: +SKIP

        Raises llmsys.Error with the command's own error, or when its status is not 0.
        """
        words = line_words(line[0]) if len(line) == 1 else [path_word(word, "run", "a word") for word in line]
        with self._running(words, remarks=True) as running:
            return self._asked(running.text)

    def _running(self, words: list[str], remarks: bool = False) -> Running:
        return Running(self._door.start(sent(words)), words[0] if words else "help", remarks)

    def _json(self, words: list[str]) -> Any:
        with self._running([*words, "--json"]) as running:
            return json.loads(self._asked(running.text))

    def _asked(self, call: Callable[[], Any]) -> Any:
        """The call's result; an error that a Python sampler caused has its exception as the cause."""
        for sampler in self._samplers.values():
            sampler.failure = None
        try:
            return call()
        except Exception as error:
            for sampler in self._samplers.values():
                if sampler.failure is not None and error.__cause__ is None and error is not sampler.failure:
                    raise error from sampler.failure
            raise

    # ---- who serves ---------------------------------------------------------------------------------------------------------------

    def services(self, slot: str | None = None) -> list[dict[str, Any]]:
        """Who is there for each slot, and who serves it: room, slot, algorithm, name, ranking, selected, state, bundle, reason."""
        return self._json(["services", *option_words({"slot": slot})])

    def use(self, slot: str, name: str, *, experiment: bool = False) -> str:
        """Chooses who serves a slot, from the next step on of everything that runs; kept over restarts. ``auto`` forgets the choice.

        experiment: across algorithms, whatever the model asks for; never kept

        Returns one sentence on what is now in effect.
        """
        with self._running(["use", slot, name, *option_words({"experiment": experiment})]) as running:
            return running.text().strip()

    # ---- writing ------------------------------------------------------------------------------------------------------------------

    def generate(self, prompt: str, *, model: str | os.PathLike[str] | None = None, max_tokens: int = 200, temperature: float | None = None,
                 top_k: int | None = None, top_p: float | None = None, sampler: str | None = None, filters: str | None = None,
                 logit_bias: Mapping[int, float] | None = None, seed: int | None = None, stop: str | Iterable[str] | None = None) -> str:
        """Continues a prompt, and gives the continuation.

        model:       folder or file; the shipped one when left out
        max_tokens:  most tokens to write
        temperature: below 1 plays safe, above 1 dares more, 0 takes the likeliest; 0.8 when left out
        top_k:       draw among so many likeliest
        top_p:       draw among the likeliest that reach this probability together
        sampler:     who picks; the workbench's choice when left out, which may change while the text is written
        filters:     more filters, as ``generate --help`` shows
        logit_bias:  added to the logits of these ids, -100 (never) to 100 (always)
        seed:        the same seed, the same text; 42 when left out
        stop:        the text ends before this, or before any of these

        >>> wb.generate("The old clock", max_tokens=40, temperature=0)           # doctest: +SKIP
        """
        pieces = self.stream(prompt, model=model, max_tokens=max_tokens, temperature=temperature, top_k=top_k, top_p=top_p, sampler=sampler,
                             filters=filters, logit_bias=logit_bias, seed=seed, stop=stop)
        try:
            return "".join(pieces)
        finally:
            pieces.close()

    def stream(self, prompt: str, *, model: str | os.PathLike[str] | None = None, max_tokens: int = 200, temperature: float | None = None,
               top_k: int | None = None, top_p: float | None = None, sampler: str | None = None, filters: str | None = None,
               logit_bias: Mapping[int, float] | None = None, seed: int | None = None, stop: str | Iterable[str] | None = None) -> Iterator[str]:
        """The same, token by token as they are written; arguments as for ``generate``. Leaving the loop ends the text.

        The writer is at most a few tokens ahead of the loop, so what ``use`` changes in it is seen soon.

        >>> for piece in wb.stream("The old clock", max_tokens=40):              # doctest: +SKIP
        ...     print(piece, end="", flush=True)
        """
        words = ["generate", "--prompt", prompt, "--json", "--stream", *option_words(
            {"model": model, "max_tokens": max_tokens, "temperature": temperature, "top_k": top_k, "top_p": top_p, "sampler": sampler,
             "filters": filters, "logit_bias": logit_bias, "seed": seed, **stop_words(stop)})]
        with self._running(words) as running:
            lines = running.lines()
            while (line := self._asked(lambda: next(lines, None))) is not None:
                told = json.loads(line)
                if "ids" not in told:                                  # the last line is about the whole text
                    yield told["text"]

    # ---- learning -----------------------------------------------------------------------------------------------------------------

    def train(self, text: str | os.PathLike[str] | None = None, *, out: str | os.PathLike[str], data: str | os.PathLike[str] | None = None,
              preset: str | None = None, config: str | os.PathLike[str] | None = None, steps: int | None = None, tokenizer: str | None = None,
              seed: int | None = None, resume: bool = False, replace: bool = False,
              on_report: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
        """Trains a model on a text, and saves it.

        text:      a file of plain text; or data: a folder that ``prepare`` wrote
        out:       the folder of the model
        preset:    tiny, demo or char-small; config: a file of JSON in its place
        steps:     how many; the configuration says otherwise
        resume:    go on from what is in out; replace: begin anew there
        on_report: called with each report: step, trainLoss, valLoss, learningRate, gradNorm, tokensPerSecond, etaSeconds

        Returns out, steps, valLoss, seconds.
        Ctrl-C saves first; ``resume=True`` goes on from there.

        >>> wb.train("stories.txt", out="my-model", preset="tiny", steps=20)     # doctest: +SKIP
        """
        if on_report is not None and not callable(on_report):
            raise wrong_type("train", on_report, "on_report", "it is called with each report", "pass a function")
        words = ["train", "--json", *option_words(
            {"text": text, "data": data, "out": out, "preset": preset, "config": config, "steps": steps, "tokenizer": tokenizer, "seed": seed,
             "resume": resume, "replace": replace})]
        result: dict[str, Any] = {}
        with self._running(words) as running:
            for line in running.lines():
                told = json.loads(line)
                if "out" in told:
                    result = told
                elif on_report is not None:
                    on_report(told)
        return result

    # ---- products -----------------------------------------------------------------------------------------------------------------

    def matmul(self, a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """The matrix product by whoever serves slot matmul in Java, over the arrays' own memory.

        C[..., m, n] = sum over k of A[..., m, k] * B[..., k, n]

        a: float32 (..., M, K) or (K); b: float32 (..., K, N) or (K); any strides, leading axes broadcast
        out: where the result goes, float32 (..., M, N), any strides, no memory in common with a or b

        Java reads a and b and writes out where they lie: nothing is copied whole, kernels pack panels of at most 16 MB.
        Raises TypeError for another type than float32, ValueError for shapes that do not fit, with both shapes.
        The rules for shapes are those of numpy.matmul.

        >>> wb.matmul(np.eye(2, dtype="f"), np.ones((2, 3), "f"))                # doctest: +SKIP
        """
        left, right, c, result = operands(a, b, out)
        self._door.matmul(left, right, c)
        return result

    # ---- plug-ins -----------------------------------------------------------------------------------------------------------------

    def install(self, jar: str | os.PathLike[str]) -> Plugin:
        """Installs a bundle and starts it; it serves at once, and is gone when this workbench closes.

        Raises llmsys.Error when it is no bundle, is there already, or lacks something.
        """
        name, version, *providers = self._door.install(*sent([os.path.abspath(path_word(jar, "install", "jar"))]))
        return Plugin(name, version, tuple((slot, provider) for slot, provider in (line.split(" ", 1) for line in providers)))

    def uninstall(self, plugin: Plugin | str) -> None:
        """Takes away what ``install`` brought. Returns when no step uses it any more."""
        self._door.uninstall(*sent([plugin.name if isinstance(plugin, Plugin) else plugin]))

    def register_sampler(self, name: str, function: Callable[..., int], summary: str = "a function of Python") -> RegisteredSampler:
        """Offers a function as a sampler, which texts that are being written can switch to: ``wb.use("sampler", name)``, or ``sampler=name``.

        name:     letters, digits, . _ and -; free in slot sampler
        function: ``function(logits)`` or ``function(logits, draw)``, the id of the token. logits is float32 (V), after the filters, in Java's own
                  memory: read only, good until the function returns; a token that may not be picked has -inf.
                  draw is uniform in [0, 1), a function of the text's seed and position.

        What the function raises ends a text that asked for it by name, as the cause of its error. A text that follows the workbench's choice goes
        on with the next sampler, and the function is quarantined, as any provider that fails: ``services("sampler")`` says why.
        The function is called on a thread of Java's, and cannot call the workbench.

        >>> with wb.register_sampler("cautious", lambda logits: int(logits.argmax())):   # doctest: +SKIP
        ...     wb.generate("The old clock", sampler="cautious")
        """
        if not callable(function):
            raise TypeError(f"error: cannot register the sampler {name}\nwhy: it is of type {type(function).__name__}, and cannot be called\n"
                            "fix: give a function of the logits that returns an id")
        chosen = ChosenByFunction(function)
        self._door.register_sampler(*sent([name, summary]), chosen)
        self._samplers[name] = chosen
        return RegisteredSampler(name, self.unregister_sampler)

    def unregister_sampler(self, name: str) -> None:
        """Takes a sampler back. Texts that follow the workbench's choice go on with the next one; those that asked for it by name wait for it."""
        self._door.unregister_sampler(*sent([name]))
        self._samplers.pop(name, None)


@atexit.register
def _close_at_exit() -> None:
    """Java's threads must not come into a Python that is ending."""
    if _open is not None:
        _open.close()
