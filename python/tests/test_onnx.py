"""The single-operator cases of ONNX that the rooms compute: expected results that nobody of this project wrote."""

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest

import llmsys

FOLDER = Path(os.environ.get("LLMSYS_SHARED", "")) / "oracles" / "onnx"
TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4"}


def read(path):
    """A safetensors file: its tensors that have a type known here, and its metadata."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    meta = header.pop("__metadata__")
    arrays = {}
    for name, about in header.items():
        begin, end = about["data_offsets"]
        if about["dtype"] in TYPES:
            arrays[name] = np.frombuffer(raw[8 + length + begin : 8 + length + end], TYPES[about["dtype"]]).reshape(about["shape"])
    return arrays, meta


def gemm(a, b, c=None, alpha=1.0, beta=1.0, transA=0, transB=0):
    y = llmsys.matmul(a.T if transA else a, b.T if transB else b) * np.float32(alpha)
    return y if c is None else llmsys.add(y, np.float32(beta) * c)


def layer_norm(x, weight, bias=None, axis=-1, epsilon=1e-5):
    return llmsys.layer_norm(x, x.shape[axis:], weight, bias, epsilon)


def loss(x, target, weight=None, reduction="mean", ignore_index=-100):
    return llmsys.cross_entropy(np.moveaxis(x, 1, -1), target, reduction=reduction, ignore_index=ignore_index)


def adam(rate, step, x, gradient, v, h, alpha, beta, epsilon, norm_coefficient=0.0, norm_coefficient_post=0.0):
    # ONNX adds its weight decay to the gradient, corrects the rate and not the means, and numbers its steps from 0, where it corrects nothing.
    x, v, h = x.copy(), v.copy(), h.copy()
    assert step[0] == 0
    llmsys.optimizer_step(
        "adamw", x, gradient + np.float32(norm_coefficient) * x, [v, h], step=0, learning_rate=float(rate[0]), beta1=alpha, beta2=beta, eps=epsilon
    )
    return x, v, h


CASES = {
    "MatMul": lambda a, b: llmsys.matmul(a, b),
    "Gemm": gemm,
    "Softmax": lambda x, axis=-1: llmsys.softmax(x, axis),
    "LogSoftmax": lambda x, axis=-1: llmsys.log_softmax(x, axis),
    "LayerNormalization": layer_norm,
    "RMSNormalization": lambda x, weight, axis=-1, epsilon=1e-5: llmsys.rms_norm(x, x.shape[axis:], weight, epsilon),
    "Gelu": lambda x, approximate="none": llmsys.gelu(x, approximate),
    "Relu": llmsys.relu,
    "Sigmoid": llmsys.sigmoid,
    "Tanh": llmsys.tanh,
    "Swish": lambda x, alpha=1.0: llmsys.silu(x),
    "Add": llmsys.add,
    "Sub": llmsys.subtract,
    "Mul": llmsys.multiply,
    "Div": llmsys.divide,
    "Gather": lambda data, indices, axis=0: llmsys.embedding(
        np.where(indices < 0, indices + data.shape[0], indices), data.reshape(data.shape[0], -1)
    ).reshape(*indices.shape, *data.shape[1:]),
    "SoftmaxCrossEntropyLoss": loss,
    "Adam": adam,
}


def cases():
    for path in sorted(FOLDER.glob("*.safetensors")):
        arrays, meta = read(path)
        op, attributes = meta["op"], json.loads(meta["attributes"])
        names = json.loads(meta["inputs"])
        inputs = [arrays.get("input." + name) for name in names if name]
        floats = all(array is not None for array in inputs) and all(array.dtype in ("<f4", "<i8", "<i4") for array in inputs)
        weighted = op == "SoftmaxCrossEntropyLoss" and len(inputs) > 2
        if op not in CASES or not floats or inputs[0].dtype == np.int64 or weighted or (op == "Gather" and attributes.get("axis", 0) != 0):
            continue
        if op in ("Add", "Sub", "Mul", "Div") and inputs[0].dtype != np.float32 or (op == "Adam" and len(inputs) != 6):
            continue
        yield pytest.param(path, id=path.stem)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="LLMSYS_SHARED names no folder with oracles/onnx")
def test_there_are_cases():
    assert len(list(cases())) >= 85


@pytest.mark.parametrize("path", list(cases()))
def test_case(path):
    arrays, meta = read(path)
    inputs = [arrays["input." + name] for name in json.loads(meta["inputs"]) if name]
    found = CASES[meta["op"]](*inputs, **json.loads(meta["attributes"]))
    outputs = [name for name in json.loads(meta["outputs"]) if "output." + name in arrays]
    if not isinstance(found, tuple):
        found, outputs = (found,), outputs[:1]
    for result, name in zip(found, outputs, strict=True):
        expected = arrays["output." + name]
        np.testing.assert_allclose(np.reshape(result, expected.shape), expected, rtol=1e-4, atol=1e-5)
