# The peer llama.cpp, through the C interface that llama-cpp-python brings: a GGUF file, mapped; on the processor only.

import os
import sys

try:
    import numpy
    import llama_cpp.llama_cpp as llama
except (ImportError, OSError, RuntimeError, FileNotFoundError) as e:
    print("missing", " ".join(str(e).split()), flush=True)
    sys.exit(0)

try:
    from importlib.metadata import version
    NAME = "llama.cpp, llama-cpp-python " + version("llama-cpp-python")
except Exception:
    NAME = "llama.cpp"

CHUNK = 512


@llama.llama_log_callback
def silent(level, text, data):
    pass


llama.llama_log_set(silent, None)
llama.llama_backend_init()


class Context:
    """A model with room for so many sequences of so many tokens."""

    def __init__(self, model, sequences, tokens, flash):
        settings = llama.llama_context_default_params()
        settings.n_ctx = sequences * tokens
        settings.n_seq_max = sequences
        settings.n_batch = settings.n_ubatch = max(CHUNK, sequences)
        settings.n_threads = settings.n_threads_batch = THREADS
        settings.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED if flash else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        settings.no_perf = True
        self.handle = llama.llama_init_from_model(model.handle, settings)
        if not self.handle:
            raise Declined("it makes no context for this model")
        self.model = model
        self.memory = llama.llama_get_memory(self.handle)
        self.batch = llama.llama_batch_init(max(CHUNK, sequences), 0, 1)

    def clear(self):
        llama.llama_memory_clear(self.memory, False)

    def decode(self, ids, places, sequences, wanted):
        """One call; wanted says of each id whether its logits are."""
        batch = self.batch
        batch.n_tokens = len(ids)
        for i, id in enumerate(ids):
            batch.token[i] = id
            batch.pos[i] = places[i]
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequences[i]
            batch.logits[i] = wanted[i]
        if llama.llama_decode(self.handle, batch) != 0:
            raise RuntimeError("llama_decode failed")

    def read(self, ids):
        """A prompt; the logits of its last position."""
        self.clear()
        for begin in range(0, len(ids), CHUNK):
            part = ids[begin:begin + CHUNK]
            last = begin + len(part) == len(ids)
            self.decode(part, range(begin, begin + len(part)), [0] * len(part), [0] * (len(part) - 1) + [int(last)])
        return self.logits(len(part) - 1)

    def write(self, first, tokens):
        """A sequence for each first id, in step; the likeliest token each time."""
        self.clear()
        ids, sequences, wanted = first, list(range(len(first))), [1] * len(first)
        for at in range(tokens):
            self.decode(ids, [at] * len(ids), sequences, wanted)
            ids = [int(self.logits(i).argmax()) for i in sequences]
        return ids

    def logits(self, i):
        return numpy.ctypeslib.as_array(llama.llama_get_logits_ith(self.handle, i), (self.model.vocabulary,))

    def __del__(self):
        if getattr(self, "batch", None):
            llama.llama_batch_free(self.batch)
        if getattr(self, "handle", None):
            llama.llama_free(self.handle)


class Model:

    def __init__(self, folder):
        settings = llama.llama_model_default_params()
        settings.n_gpu_layers = 0
        self.handle = llama.llama_model_load_from_file(file_of(folder, "model.gguf").encode(), settings)
        if not self.handle:
            raise Declined("it cannot read the GGUF file of this model")
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.handle))

    def __del__(self):
        if getattr(self, "handle", None):
            llama.llama_model_free(self.handle)


def ways(folder, tolerance, sequences, tokens, work):
    """With flash attention and without: what llama.cpp may choose itself, and so the best of it."""
    model, prompt = Model(folder), prompt_of(folder)
    found = {}
    for flash in (True, False):
        context = Context(model, 1, len(prompt), flash)
        near = same_logits(folder, context.read(prompt).tolist(), tolerance)
        context = Context(model, sequences, tokens, flash)
        found[("flash attention, " if flash else "plain attention, ") + shown(near)] = work(context)
    return found


# The cache is kept in 16 bits, as llama.cpp does when nobody says otherwise; with blocks it rounds the rows too.
WIDE, Q8, Q4 = 1e-2, 5e-2, 5e-2


def decode(tolerance):
    return lambda folder, tokens: ways(folder, tolerance, 1, tokens, lambda context: lambda: context.write([1], tokens))


def batch(tolerance):
    return lambda folder, sequences, tokens: ways(folder, tolerance, sequences, tokens,
                                                  lambda context: lambda: context.write(list(range(1, 1 + sequences)), tokens))


def prefill(tolerance):
    def reading(folder):
        prompt = prompt_of(folder)
        return ways(folder, tolerance, 1, len(prompt), lambda context: lambda: int(context.read(prompt).argmax()))
    return reading


CASES = {case + ending: make(tolerance) for case, make in (("decode", decode), ("batch", batch), ("prefill", prefill))
         for ending, tolerance in (("", WIDE), ("-q8_0", Q8), ("-q4_0", Q4))}
