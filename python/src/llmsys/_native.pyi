"""
The engine's C surface (llmsys.h) for Python. Use the package llmsys, which is built on it.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
__all__: list[str] = ['Arena', 'BufferDoor', 'ModelHandle', 'Pipeline', 'ServerHandle', 'Session', 'Tape', 'Tokenizer', 'TrainerHandle', 'add', 'attention', 'cpu', 'cross_entropy', 'divide', 'dlpack', 'embedding', 'filter_logits', 'geglu', 'gelu', 'implementations', 'layer_norm', 'load_plugin', 'log_softmax', 'matmul', 'memory', 'memory_limit', 'mse_loss', 'multiply', 'optimizer_step', 'relu', 'rms_norm', 'rope', 'sample', 'select', 'selected', 'set_threads', 'sigmoid', 'silu', 'sinusoidal', 'softmax', 'subtract', 'swiglu', 'tanh', 'threads', 'unregister', 'version']
class Arena:
    """
    Memory of the engine's allocator, given out piece by piece and given back as a whole.

    Arrays in it are numpy arrays, aligned to 64 bytes, counted by memory_stats() under the owner's name.
    An array keeps its memory alive, also after the with block: leaving it only ends the giving out. free() and reset() are for who wants the memory
    back now, and are refused while an array is in use.

    Errors: llmsys.Error for free or reset with live arrays, for use after the arena was left, and when memory or its limit is exhausted; ValueError for
    shapes that cannot be.

    Example::

        with llmsys.Arena() as arena:
            x = arena.empty((3, 4))
    """
    def __enter__(self) -> Arena:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, chunk: typing.SupportsInt | typing.SupportsIndex = 1048576, owner: str = 'arena') -> None:
        """
        chunk: bytes that are taken from the allocator at a time, more for a larger array. owner: the name in memory_stats().
        """
    def close(self) -> None:
        """
        The same as free().
        """
    def copy(self, array: typing.Any) -> numpy.ndarray:
        """
        A copy in C order, of the same dtype and shape.
        """
    def empty(self, shape: typing.Any, dtype: typing.Any = 'float32') -> numpy.ndarray:
        """
        An array of that shape, not filled.
        """
    def free(self) -> None:
        """
        Gives all memory back; refused while an array is in use.
        """
    def reset(self) -> None:
        """
        All memory is free to be given out again.
        """
    def zeros(self, shape: typing.Any, dtype: typing.Any = 'float32') -> numpy.ndarray:
        """
        An array of zeros.
        """
    @property
    def capacity(self) -> int:
        """
        Bytes taken from the allocator.
        """
    @property
    def closed(self) -> bool:
        """
        Whether it gives out nothing more.
        """
    @property
    def used(self) -> int:
        """
        Bytes given out.
        """
    @property
    def views(self) -> int:
        """
        Arrays in use.
        """
class BufferDoor:
    """
    A base class whose buffer is that of numpy().
    """
    def __init__(self) -> None:
        ...
class Tape:
    """
    Operations recorded as they compute; variables are numbers from 0. For one thread at a time. llmsys.tensor is the way in.
    """
    def __init__(self) -> None:
        ...
    def apply(self, operation: str, inputs: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], integers: typing.Any = (), numbers: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = []) -> int:
        """
        Computes and records an operation of llmsys.h's list; the variable of its result.
        """
    def backward(self, variable: typing.SupportsInt | typing.SupportsIndex) -> None:
        """
        Gradients of a variable of one element, from zero.
        """
    def gradient(self, variable: typing.SupportsInt | typing.SupportsIndex) -> typing.Any:
        """
        A copy of its gradient, None when it has none.
        """
    def shape(self, variable: typing.SupportsInt | typing.SupportsIndex) -> list[int]:
        ...
    def tensor(self, data: numpy.typing.NDArray[numpy.float32], requires_gradient: bool) -> int:
        """
        Copies an array; its variable.
        """
    def value(self, variable: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
        """
        A copy of its value.
        """
class Tokenizer:
    """
    Text to ids and back.

    Example::

        tok = llmsys.Tokenizer.load("workspace/model")
        ids = tok.encode("The old clock")
        tok.decode(ids)     # "The old clock"
    """
    @staticmethod
    def load(path: typing.Any, kind: str | None = None) -> Tokenizer:
        """
        Reads a tokenizer: tokenizer.json (byte-level BPE, SentencePiece-style BPE), tokenizer.model, llama2.c's tokenizer.bin,
        tiktoken ranks, a .gguf that carries one, or a folder that has one of them. kind "char" or "whitespace": learned from the text file at path.

        Errors: llmsys.Error for a file that is not there, cannot be read, or splits text in a way this library does not know.

        Source: Sennrich et al. 2016, arXiv 1508.07909; Kudo and Richardson 2018, arXiv 1808.06226.
        """
    def __len__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    def decode(self, ids: typing.Any) -> str:
        """
        The text of ids (a list or an array of whole numbers). Bytes that are no UTF-8 become U+FFFD; decode_bytes keeps them.

        Errors: TypeError for ids that are no whole numbers, ValueError for an id outside the vocabulary.
        """
    def decode_bytes(self, ids: typing.Any) -> bytes:
        """
        The bytes of ids; they may end inside a character.
        """
    def encode(self, text: str, special: bool = True) -> list[int]:
        """
        The ids of a text. special: texts of special tokens become those tokens, and a beginning is added where the vocabulary says so.

        Errors: llmsys.Error for text that the vocabulary cannot write.
        """
    @property
    def end(self) -> int:
        """
        The id that ends a text, or -1.
        """
    @property
    def vocab_size(self) -> int:
        """
        Ids are 0 to vocab_size - 1.
        """
class ModelHandle:
    """
    A loaded model of the engine; llmsys.Model is built on it.
    """
    @staticmethod
    def load(path: typing.Any, dtype: str) -> ModelHandle:
        ...
    def close(self) -> None:
        ...
    def config(self) -> dict:
        ...
    def logits(self, ids: typing.Any) -> numpy.typing.NDArray[numpy.float32]:
        ...
    def tokenizer(self) -> typing.Any:
        ...
    def trace(self, ids: typing.Any, wanted: typing.Any = None) -> tuple:
        ...
class Session:
    """
    A text being written; llmsys.Model.stream is built on it. For one thread at a time; cancel may come from any.
    """
    def __init__(self, model: ModelHandle, prompt: typing.Any, *, max_tokens: typing.SupportsInt | typing.SupportsIndex, temperature: typing.SupportsFloat | typing.SupportsIndex, top_k: typing.SupportsInt | typing.SupportsIndex, top_p: typing.SupportsFloat | typing.SupportsIndex, seed: typing.SupportsInt | typing.SupportsIndex, slide: bool, alternatives: typing.SupportsInt | typing.SupportsIndex, stop_tokens: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    def alternatives(self) -> list:
        """
        The likeliest tokens in place of the last: (id, log-probability).
        """
    def cancel(self) -> None:
        """
        The next next() tells "cancelled".
        """
    def close(self) -> None:
        """
        Gives its memory back.
        """
    def logits(self) -> numpy.typing.NDArray[numpy.float32]:
        """
        What the last token was chosen from, before filters: (V,).
        """
    def next(self) -> tuple:
        """
        (id, log-probability or None, why it stopped or None); the id is -1 after the end.
        """
class TrainerHandle:
    """
    A training run of the engine; llmsys.CharacterTrainer is built on it.
    """
    def __init__(self, text: str, *, context_length: typing.SupportsInt | typing.SupportsIndex = 64, embedding_dim: typing.SupportsInt | typing.SupportsIndex = 128, num_layers: typing.SupportsInt | typing.SupportsIndex = 4, num_heads: typing.SupportsInt | typing.SupportsIndex = 4, batch: typing.SupportsInt | typing.SupportsIndex = 12, learning_rate: typing.SupportsFloat | typing.SupportsIndex = 0.001, weight_decay: typing.SupportsFloat | typing.SupportsIndex = 0.1, seed: typing.SupportsInt | typing.SupportsIndex = 1337) -> None:
        ...
    def model(self) -> tuple:
        """
        (model, tokenizer) as they are now, copies.
        """
    def step(self) -> tuple:
        """
        One step: (loss of its batch before the update in nats, norm of the gradient).
        """
class Pipeline:
    """
    Batches of token windows from files, read ahead by threads of their own.

    Iterating gives (inputs, targets), int32 arrays (batch, context_length), targets one token later. The order of windows follows from seed and epoch,
    never from the threads. prefetch bounds the batches that wait, and so the memory.

    Errors: llmsys.Error for files that cannot be read, or where the library was built without cargo; ValueError for sizes out of range.

    Example::

        with llmsys.Pipeline(["stories.txt"], kind="text", tokenizer=tok, batch=8, context_length=64, epochs=1) as batches:
            for inputs, targets in batches:
                ...
    """
    def __enter__(self) -> Pipeline:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, paths: collections.abc.Sequence[typing.Any], *, kind: str = 'text', tokenizer: Tokenizer = None, batch: typing.SupportsInt | typing.SupportsIndex | None = None, context_length: typing.SupportsInt | typing.SupportsIndex | None = None, threads: typing.SupportsInt | typing.SupportsIndex | None = None, prefetch: typing.SupportsInt | typing.SupportsIndex | None = None, seed: typing.SupportsInt | typing.SupportsIndex = 0, epochs: typing.SupportsInt | typing.SupportsIndex = 1) -> None:
        """
        kind: "text" (UTF-8, needs a tokenizer), "u16" or "u32" (token ids, little-endian). epochs 0: for ever. None: the engine's own choice.
        """
    def __iter__(self) -> Pipeline:
        ...
    def __next__(self) -> tuple:
        ...
    def close(self) -> None:
        """
        Ends its threads.
        """
    def stats(self) -> dict:
        """
        Counts: tokens, batches, epoch, waiting, waiting_bytes, reader_stalls, consumer_stalls.
        """
class ServerHandle:
    """
    A running server of the engine; llmsys.Server is built on it.
    """
    def __init__(self, model: ModelHandle, tokenizer: Tokenizer, *, name: str, host: str = '127.0.0.1', port: typing.SupportsInt | typing.SupportsIndex = 0, token: str | None = None, max_sessions: typing.SupportsInt | typing.SupportsIndex | None = None, max_waiting: typing.SupportsInt | typing.SupportsIndex | None = None, max_tokens: typing.SupportsInt | typing.SupportsIndex | None = None) -> None:
        ...
    def port(self) -> int:
        ...
    def stop(self, milliseconds: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
def add(a: numpy.typing.NDArray[numpy.float32], b: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    a + b, element by element.

    Shapes: a and b of one shape, or shapes that repeat to one as in numpy. float32. out may be a or b.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit.

    Source: numpy's broadcasting rules, Harris et al. 2020, doi:10.1038/s41586-020-2649-2.

    Example::

        llmsys.add(numpy.float32([[6], [8]]), numpy.float32([2, 4]))     # (2, 2)
    """
def attention(query: numpy.typing.NDArray[numpy.float32], key: numpy.typing.NDArray[numpy.float32], value: numpy.typing.NDArray[numpy.float32], *, is_causal: bool = False, window: typing.SupportsInt | typing.SupportsIndex = 0, lengths: typing.Any = None, slopes: typing.Any = None, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    softmax(Q K^T / sqrt(HS)) V without a score matrix; llmsys.attention, which is built on it, tells the rest.
    """
def cpu() -> str:
    """
    What of the processor is used: "avx2 avx512 vnni". LLMSYS_CPU=scalar or avx2 hides the rest.
    """
def cross_entropy(input: numpy.typing.NDArray[numpy.float32], target: numpy.typing.NDArray[numpy.integer], *, ignore_index: typing.SupportsInt | typing.SupportsIndex = -100, reduction: str = 'mean') -> typing.Any:
    """
    -log softmax(input)[target], in nats: how surprised the logits are by the right class.

    reduction: "mean" over the rows that count, "sum", or "none" (one number a row). Rows whose target is ignore_index do not count and get 0.
    Shapes: input (...,V) logits, target (...) classes from 0 to V - 1; gives a float32 number, or (...) for "none". The classes are the last axis also
    where torch has them second.

    Errors: TypeError for other dtypes, ValueError for shapes that do not fit or a class outside.

    Source: Shannon 1948; through log-softmax, so that large logits do not overflow.

    Example::

        llmsys.cross_entropy(numpy.zeros((2, 4), "f"), [0, 3])     # log 4 = 1.3863
    """
def divide(a: numpy.typing.NDArray[numpy.float32], b: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    a / b, element by element.

    Shapes: a and b of one shape, or shapes that repeat to one as in numpy. float32. out may be a or b.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit. A division by 0 gives infinity or NaN, as in numpy.

    Source: numpy's broadcasting rules, Harris et al. 2020, doi:10.1038/s41586-020-2649-2.

    Example::

        llmsys.divide(numpy.float32([[6], [8]]), numpy.float32([2, 4]))     # (2, 2)
    """
def dlpack(array: numpy.ndarray, stream: typing.Any = None, max_version: tuple[typing.SupportsInt | typing.SupportsIndex, typing.SupportsInt | typing.SupportsIndex] | None = None, dl_device: tuple[typing.SupportsInt | typing.SupportsIndex, typing.SupportsInt | typing.SupportsIndex] | None = None, copy: bool | None = None) -> typing.Any:
    """
    The DLPack capsule of a numpy array, versioned when max_version is (1, 0) or more.
    """
def embedding(input: typing.Any, weight: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    Rows of a table: y[...] = weight[input[...]].

    Shapes: input (ids, any shape of whole numbers from 0 to V - 1, or a list of them) and weight (V,C) give (*input.shape, C). float32.

    Errors: TypeError for ids that are no whole numbers or a table that is not float32; ValueError for an id outside the table.

    Source: Bengio et al. 2003, A neural probabilistic language model.

    Example::

        x = llmsys.embedding(ids, table)     # (T,) and (V,C) to (T,C)
    """
def filter_logits(logits: numpy.typing.NDArray[numpy.float32], algorithm: str, setting: typing.SupportsFloat | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float32]:
    """
    The logits after one filter: "temperature" divides them by the setting and moves the largest to 0, "top-k", "top-p" and
    "min-p" set what they cut to -infinity.

    Shapes: logits (V,) give (V,). float32.

    Errors: TypeError for another dtype, ValueError for a setting out of range, llmsys.Error for an algorithm that is not there.

    Source: as sample.

    Example::

        llmsys.filter_logits(logits, "top-k", 40)
    """
def geglu(input: numpy.typing.NDArray[numpy.float32], up: typing.Any = None, *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    gelu(gate) * up. Shapes, errors and source are swiglu's.

    Example::

        llmsys.geglu(gate, up)     # gelu(gate) * up
    """
def gelu(input: numpy.typing.NDArray[numpy.float32], approximate: str = 'none', *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    x Phi(x), with Phi the normal distribution function: x (1 + erf(x / sqrt 2)) / 2.

    approximate="tanh": x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, as GPT-2 has it.
    Shapes: input of any shape; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for another approximate or an out that does not fit.

    Source: Hendrycks and Gimpel 2016, arXiv 1606.08415.

    Example::

        llmsys.gelu(numpy.float32([1]), approximate="tanh")     # [0.8412]
    """
def implementations(slot: str | None) -> list:
    """
    The implementations of a slot (None: of all) as dicts; llmsys.kernels makes Kernels of them.
    """
def layer_norm(input: numpy.typing.NDArray[numpy.float32], normalized_shape: typing.Any = None, weight: typing.Any = None, bias: typing.Any = None, eps: typing.SupportsFloat | typing.SupportsIndex = 1e-05, *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    (x - mean) / sqrt(variance + eps) * weight + bias, over the last axes. The variance divides by the number of elements.

    normalized_shape is the shape of those axes; None: weight's, or else the last axis. It may be left out: layer_norm(input, weight, bias).
    Shapes: input (..., *normalized_shape); weight and bias have normalized_shape. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit.

    Source: Ba, Kiros and Hinton 2016, arXiv 1607.06450.

    Example::

        llmsys.layer_norm(x, (64,), weight, bias)     # x (B,T,64)
    """
def load_plugin(path: typing.Any) -> None:
    """
    Loads a shared library with kernels of its own; kernels() lists them from then on, and use() selects one.

    It runs code of the library: load what you trust.

    Errors: llmsys.Error for a file that is no plug-in, was built for another version, or brings a name that is taken.

    Example::

        llmsys.load_plugin("./libmy_plugin.so")
    """
def log_softmax(input: numpy.typing.NDArray[numpy.float32], axis: typing.SupportsInt | typing.SupportsIndex = -1, *, dim: typing.SupportsInt | typing.SupportsIndex | None = None, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    x_i - log of the sum over j of exp(x_j), along an axis: log-probabilities.

    Shapes, dim, out and errors are softmax's.

    Source: as softmax.

    Example::

        llmsys.log_softmax(numpy.float32([[0, 0]]))     # [[-0.6931, -0.6931]]
    """
def matmul(a: numpy.typing.NDArray[numpy.float32], b: numpy.typing.NDArray[numpy.float32], out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    The matrix product, C[i,j] = sum over k of A[i,k] B[k,j].

    Shapes: a (..., M, K) and b (..., K, N) give (..., M, N). Axes before the last two repeat as in numpy; an array with one axis is a row in a and a
    column in b, and its axis is left out of the result. float32, any strides; nothing is copied. out, if given, is written and returned.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit, or an out that shares memory with a or b.

    Source: Goto and van de Geijn 2008, doi:10.1145/1356052.1356053 (the packed kernels).

    Example::

        c = llmsys.matmul(numpy.ones((2, 3), "f"), numpy.ones((3, 4), "f"))     # (2, 4), every element 3
    """
def memory() -> tuple:
    """
    Counts of the allocator, and the same for each owner; llmsys.memory_stats makes MemoryStats of them.
    """
def memory_limit(bytes: typing.SupportsInt | typing.SupportsIndex) -> None:
    """
    An allocation of the engine that would pass so many bytes fails with llmsys.Error from now on. 0: no limit.
    """
def mse_loss(input: numpy.typing.NDArray[numpy.float32], target: numpy.typing.NDArray[numpy.float32], *, reduction: str = 'mean') -> typing.Any:
    """
    (input - target)^2, its mean, sum, or each.

    Shapes: input and target of one shape; gives a float32 number, or that shape for reduction="none".

    Errors: TypeError for other dtypes, ValueError for unequal shapes.

    Source: Legendre 1805, Gauss 1809, least squares.

    Example::

        llmsys.mse_loss(numpy.float32([1, 2]), numpy.float32([1, 4]))     # 2
    """
def multiply(a: numpy.typing.NDArray[numpy.float32], b: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    a * b, element by element.

    Shapes: a and b of one shape, or shapes that repeat to one as in numpy. float32. out may be a or b.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit.

    Source: numpy's broadcasting rules, Harris et al. 2020, doi:10.1038/s41586-020-2649-2.

    Example::

        llmsys.multiply(numpy.float32([[6], [8]]), numpy.float32([2, 4]))     # (2, 2)
    """
def optimizer_step(algorithm: str, weight: numpy.typing.NDArray[numpy.float32], gradient: numpy.typing.NDArray[numpy.float32], memory: collections.abc.Sequence[typing.Any], *, step: typing.SupportsInt | typing.SupportsIndex, learning_rate: typing.SupportsFloat | typing.SupportsIndex, beta1: typing.SupportsFloat | typing.SupportsIndex = 0.9, beta2: typing.SupportsFloat | typing.SupportsIndex = 0.999, eps: typing.SupportsFloat | typing.SupportsIndex = 1e-08, weight_decay: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
    """
    One update of one weight, in place: "sgd" (w -= lr (g + decay w)) or "adamw" (needs two arrays of memory, zeros at first).

    Shapes: weight, gradient and memory of one shape, float32. step counts from 1. llmsys.optim has the classes that keep all of this.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit, llmsys.Error for an algorithm that is not there.

    Source: Loshchilov and Hutter 2017, arXiv 1711.05101.

    Example::

        llmsys.optimizer_step("sgd", w, g, [], step=1, learning_rate=0.1)
    """
def relu(input: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    max(x, 0), element by element.

    Shapes: input of any shape; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for an out that does not fit.

    Source: Nair and Hinton 2010.

    Example::

        llmsys.relu(numpy.float32([-1, 2]))     # [0, 2]
    """
def rms_norm(input: numpy.typing.NDArray[numpy.float32], normalized_shape: typing.Any = None, weight: typing.Any = None, eps: typing.SupportsFloat | typing.SupportsIndex | None = None, *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    x / sqrt(mean of x^2 + eps) * weight, over the last axes.

    eps None: 2^-23, as torch has it; Llama's models say 1e-5 or 1e-6. normalized_shape as in layer_norm; rms_norm(input, weight) is understood too.
    Shapes: input (..., *normalized_shape); weight has normalized_shape. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit.

    Source: Zhang and Sennrich 2019, arXiv 1910.07467.

    Example::

        llmsys.rms_norm(x, (64,), weight, eps=1e-5)     # x (B,T,64)
    """
def rope(input: numpy.typing.NDArray[numpy.float32], positions: typing.Any = 0, theta: typing.SupportsFloat | typing.SupportsIndex = 10000.0, *, interleaved: bool = False, frequencies: typing.Any = None, inverse: bool = False, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    Rotary positions: each pair (a, b) of a head turns by the angle p theta^(-2i/HS), p the position and i the pair.

    (a, b) -> (a cos - b sin, a sin + b cos). Pairs are the elements i and i + HS/2, or 2i and 2i + 1 when interleaved (llama2.c, GGUF's llama).
    positions: the first one as a number, or one for each row. frequencies: radians a position for each pair, instead of theta's. inverse turns back.
    Shapes: input (B,NH,T,HS), (NH,T,HS) or (T,HS), HS even; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for an odd HS or positions that do not fit.

    Source: Su et al. 2021, arXiv 2104.09864.

    Example::

        q = llmsys.rope(q, positions=16)     # rows stand at 16, 17, ...
    """
def sample(logits: numpy.typing.NDArray[numpy.float32], *, temperature: typing.SupportsFloat | typing.SupportsIndex = 1.0, top_k: typing.SupportsInt | typing.SupportsIndex = 0, top_p: typing.SupportsFloat | typing.SupportsIndex = 1.0, min_p: typing.SupportsFloat | typing.SupportsIndex = 0.0, draw: typing.SupportsFloat | typing.SupportsIndex) -> int:
    """
    One token: its id. The filters cut and scale the logits in the order of the arguments, then draw picks from their softmax.

    temperature 0 takes the likeliest token. top_k 0, top_p 1 and min_p 0 are off. draw is a random number in [0, 1), from a generator of yours, so
    that a text can be written again.
    Shapes: logits (V,). float32, not changed.

    Errors: TypeError for another dtype, ValueError for another shape or settings out of range.

    Source: temperature: Ackley et al. 1985; top-k: Fan et al. 2018, arXiv 1805.04833; top-p: Holtzman et al. 2019, arXiv 1904.09751; min-p: Nguyen et
    al. 2024, arXiv 2407.01082.

    Example::

        rng = numpy.random.default_rng(1)
        token = llmsys.sample(logits, temperature=0.8, top_p=0.9, draw=rng.random())
    """
def select(slot: str, name: str) -> None:
    """
    lls_use: llmsys.use tells what it does.
    """
def selected(slot: str, algorithm: str) -> str:
    """
    What was selected for a slot's algorithm: a name, or "auto".
    """
def set_threads(threads: typing.SupportsInt | typing.SupportsIndex) -> None:
    """
    Threads of the calls that follow, the caller's included; 1 to 256. Results do not depend on it. At first: the processors.

    Errors: ValueError for another number.

    Example::

        llmsys.set_threads(1)
    """
def sigmoid(input: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    1 / (1 + exp(-x)), between 0 and 1.

    Shapes: input of any shape; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for an out that does not fit.

    Source: Verhulst 1838, the logistic curve.

    Example::

        llmsys.sigmoid(numpy.float32([0]))     # [0.5]
    """
def silu(input: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    x sigmoid(x), also called swish.

    Shapes: input of any shape; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for an out that does not fit.

    Source: Elfwing et al. 2017, arXiv 1702.03118.

    Example::

        llmsys.silu(numpy.float32([0, 1]))     # [0, 0.7311]
    """
def sinusoidal(length: typing.SupportsInt | typing.SupportsIndex, dim: typing.SupportsInt | typing.SupportsIndex, *, start: typing.SupportsInt | typing.SupportsIndex = 0, theta: typing.SupportsFloat | typing.SupportsIndex = 10000.0) -> numpy.typing.NDArray[numpy.float32]:
    """
    The fixed positions of the first transformer: PE[p, 2i] = sin(p / theta^(2i/dim)), PE[p, 2i+1] = cos of the same.

    Shapes: gives (length, dim) for the positions start to start + length - 1. float32.

    Errors: ValueError for a negative length, dim or start.

    Source: Vaswani et al. 2017, arXiv 1706.03762.

    Example::

        x = x + llmsys.sinusoidal(x.shape[-2], x.shape[-1])
    """
def softmax(input: numpy.typing.NDArray[numpy.float32], axis: typing.SupportsInt | typing.SupportsIndex = -1, *, dim: typing.SupportsInt | typing.SupportsIndex | None = None, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    exp(x_i) / sum over j of exp(x_j), along an axis: numbers from 0 to 1 that add up to 1.

    The largest x is subtracted first, so nothing overflows. dim is torch's word for axis.
    Shapes: input of any shape with an axis; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for an axis that is not there.

    Source: Bridle 1990; one pass over a row: Milakov and Gimelshein 2018, arXiv 1805.02867.

    Example::

        llmsys.softmax(numpy.float32([[0, 0]]))     # [[0.5, 0.5]]
    """
def subtract(a: numpy.typing.NDArray[numpy.float32], b: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    a - b, element by element.

    Shapes: a and b of one shape, or shapes that repeat to one as in numpy. float32. out may be a or b.

    Errors: TypeError for another dtype, ValueError for shapes that do not fit.

    Source: numpy's broadcasting rules, Harris et al. 2020, doi:10.1038/s41586-020-2649-2.

    Example::

        llmsys.subtract(numpy.float32([[6], [8]]), numpy.float32([2, 4]))     # (2, 2)
    """
def swiglu(input: numpy.typing.NDArray[numpy.float32], up: typing.Any = None, *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    silu(gate) * up, the gated product of Llama's feed-forward layer.

    Shapes: input (...,F) and up (...,F) give (...,F); without up, input (...,2F) holds the gate in the first half of its last axis and up in the
    second. float32.

    Errors: TypeError for another dtype, ValueError for unequal shapes or an odd last axis.

    Source: Shazeer 2020, arXiv 2002.05202.

    Example::

        llmsys.swiglu(gate, up)     # silu(gate) * up
    """
def tanh(input: numpy.typing.NDArray[numpy.float32], *, out: typing.Any = None) -> numpy.typing.NDArray[numpy.float32]:
    """
    (exp(x) - exp(-x)) / (exp(x) + exp(-x)), between -1 and 1.

    Shapes: input of any shape; the result has it too. float32. out may be input.

    Errors: TypeError for another dtype, ValueError for an out that does not fit.

    Source: LeCun et al. 1998, Efficient BackProp, on why it is used in networks.

    Example::

        llmsys.tanh(numpy.float32([0, 1]))     # [0, 0.7616]
    """
def threads() -> int:
    """
    The threads that a call uses, the caller's included.
    """
def unregister(slot: str, name: str) -> None:
    """
    Takes a kernel back. Calls that use it finish; the slot's next choice serves.
    """
def version() -> str:
    """
    The engine's version, such as "0.1.0".
    """
