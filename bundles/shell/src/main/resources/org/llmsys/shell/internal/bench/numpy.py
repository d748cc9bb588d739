# The peer numpy: products by OpenBLAS or whatever it was built with, everything else by its own loops.

import sys

try:
    import numpy
except ImportError as e:
    print("missing", e, flush=True)
    sys.exit(0)

NAME = "numpy " + numpy.__version__
random = numpy.random.default_rng(1)


def normal(*shape):
    return random.standard_normal(shape, dtype=numpy.float32)


def matmul(m, k, n):
    a, b, c = normal(m, k), normal(k, n), numpy.empty((m, n), numpy.float32)
    return {"matmul": lambda: numpy.matmul(a, b, out=c)}


def product(x, matrix, y):
    """y = x·matrix, x a row or a vector."""
    vector, result = x[0], y[0]
    return {"vector": lambda: numpy.matmul(vector, matrix, out=result), "row": lambda: numpy.matmul(x, matrix, out=y)}


def gemv(k, n):
    return product(normal(1, k), normal(k, n), numpy.empty((1, n), numpy.float32))


def gemv_transposed(k, n):
    return product(normal(1, k), normal(n, k).T, numpy.empty((1, n), numpy.float32))


def softmax(rows, columns):
    x, y = normal(rows, columns), numpy.empty((rows, columns), numpy.float32)

    def forward():
        numpy.subtract(x, x.max(axis=-1, keepdims=True), out=y)
        numpy.exp(y, out=y)
        numpy.divide(y, y.sum(axis=-1, keepdims=True), out=y)

    return {"formula": forward}


def softmax_backward(rows, columns):
    y, gradient, out = normal(rows, columns), normal(rows, columns), numpy.empty((rows, columns), numpy.float32)

    def backward():
        numpy.subtract(gradient, numpy.einsum("rc,rc->r", y, gradient)[:, None], out=out)
        numpy.multiply(out, y, out=out)

    return {"formula": backward}


def normalized(x):
    mean = x.mean(axis=-1, keepdims=True)
    centred = x - mean
    scale = 1 / numpy.sqrt(numpy.einsum("rc,rc->r", centred, centred)[:, None] / x.shape[-1] + numpy.float32(1e-5))
    centred *= scale
    return centred, scale


def layernorm(rows, columns):
    x, gamma, beta = normal(rows, columns), normal(columns), normal(columns)

    def forward():
        y, _ = normalized(x)
        y *= gamma
        y += beta
        return y

    return {"formula": forward}


def layernorm_backward(rows, columns):
    x, gamma, gradient = normal(rows, columns), normal(columns), normal(rows, columns)
    unit, scale = normalized(x)

    def backward():
        grad_gamma = numpy.einsum("rc,rc->c", gradient, unit)
        grad_beta = gradient.sum(axis=0)
        g = gradient * gamma
        along = numpy.einsum("rc,rc->r", g, unit)[:, None] / columns
        g -= g.mean(axis=-1, keepdims=True)
        g -= unit * along
        g *= scale
        return g, grad_gamma, grad_beta

    return {"formula": backward}


CASES = {"matmul": matmul, "gemv": gemv, "gemv-transposed": gemv_transposed, "softmax": softmax, "softmax-backward": softmax_backward,
         "layernorm": layernorm, "layernorm-backward": layernorm_backward}
