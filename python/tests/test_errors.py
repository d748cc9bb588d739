"""What does not fit is refused by type, with dtype and shape and what to do, and never with an array's contents."""

import numpy as np
import pytest

import llmsys

OPERATIONS = {
    "matmul": lambda x: llmsys.matmul(x, np.ones((3, 3), np.float32)),
    "relu": llmsys.relu,
    "gelu": llmsys.gelu,
    "softmax": llmsys.softmax,
    "layer_norm": llmsys.layer_norm,
    "rms_norm": llmsys.rms_norm,
    "rope": llmsys.rope,
    "attention": lambda x: llmsys.attention(x, x, x),
    "embedding": lambda x: llmsys.embedding(np.zeros(2, np.int32), x),
    "cross_entropy": lambda x: llmsys.cross_entropy(x, [0, 0, 0]),
    "mse_loss": lambda x: llmsys.mse_loss(x, x),
    "add": lambda x: llmsys.add(x, x),
    "swiglu": lambda x: llmsys.swiglu(x, x),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, np.complex64, bool, ">f4", object])
def test_other_types_are_refused(operation, dtype):
    with pytest.raises(TypeError) as failure:
        OPERATIONS[operation](np.full((3, 3), 4, dtype))
    text = str(failure.value)
    assert str(np.dtype(dtype)) in text and "(3, 3)" in text and "\nwhy: " in text and "\nfix: " in text and operation.split("_")[0] in text


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("value", [[[12345.0] * 3] * 3, 12345.0, None, "12345", ((12345.0,),)])
def test_what_is_no_array_is_refused_without_its_contents(operation, value):
    with pytest.raises(TypeError) as failure:
        OPERATIONS[operation](value)
    assert "12345" not in str(failure.value) and "\nfix: " in str(failure.value)


@pytest.mark.parametrize(
    "call,parts",
    [
        (lambda x: llmsys.matmul(x, np.ones((4, 2), np.float32)), ["(2, 3)", "(4, 2)"]),
        (lambda x: llmsys.matmul(x, np.float32(3)), ["(2, 3)", "()"]),
        (lambda x: llmsys.matmul(np.ones((2, 2, 3), np.float32), np.ones((3, 3, 2), np.float32)), ["(2, 2, 3)", "(3, 3, 2)"]),
        (lambda x: llmsys.matmul(x, x.T, out=np.empty((3, 3), np.float32)), ["(3, 3)", "(2, 2)"]),
        (lambda x: llmsys.softmax(x, 2), ["axis 2", "2 axes"]),
        (lambda x: llmsys.layer_norm(x, (2,)), ["(2, 3)", "(2,)"]),
        (lambda x: llmsys.layer_norm(x, weight=np.ones(3, np.float32), bias=np.ones(2, np.float32)), ["bias", "(2,)", "(3,)"]),
        (lambda x: llmsys.rope(x), ["(1, 1, 2, 3)"]),
        (lambda x: llmsys.embedding([0, 5], x), ["id 5", "0 to 1"]),
        (lambda x: llmsys.embedding(np.array([2**40]), x), ["32 bits"]),
        (lambda x: llmsys.cross_entropy(x, [0]), ["(2, 3)", "(1,)"]),
        (lambda x: llmsys.mse_loss(x, x[:1]), ["(2, 3)", "(1, 3)"]),
        (lambda x: llmsys.attention(x, x[:, :2], x), ["(1, 1, 2, 3)", "(1, 1, 2, 2)"]),
        (lambda x: llmsys.relu(x, out=np.empty((4, 6), np.float32)[::2, ::2]), ["C order"]),
        (lambda x: llmsys.set_threads(0), ["0"]),
        (lambda x: llmsys.sample(x, draw=0.5), ["(2, 3)"]),
    ],
)
def test_shapes_that_do_not_fit_are_told(call, parts):
    with pytest.raises(ValueError) as failure:
        call(np.full((2, 3), 7.25, np.float32))
    text = str(failure.value)
    assert all(part.replace(" ", "") in text.replace(" ", "") for part in parts) and "\nwhy: " in text and "\nfix: " in text and "7.25" not in text


def test_out_is_checked():
    x = np.ones((2, 3), np.float32)
    locked = np.empty((2, 3), np.float32)
    locked.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        llmsys.relu(x, out=locked)
    with pytest.raises(TypeError, match="float64"):
        llmsys.relu(x, out=np.empty((2, 3)))
    memory = np.ones(7, np.float32)
    with pytest.raises(ValueError, match="shares memory"):
        llmsys.relu(memory[:6].reshape(2, 3), out=memory[1:].reshape(2, 3))


def test_errors_of_the_engine_have_parts():
    with pytest.raises(llmsys.Error) as failure:
        llmsys.use("matmul", "nobody")
    error = failure.value
    assert error.status == "not-found" and "nobody" in error.error and "naive" in error.why and error.fix
    assert str(error) == f"error: {error.error}\nwhy: {error.why}\nfix: {error.fix}"
    with pytest.raises(llmsys.Error) as failure:
        llmsys.load_model("/there/is/nothing.bin")
    assert failure.value.status in ("file", "not-found") and "/there/is/nothing.bin" in str(failure.value)


def test_a_text_of_many_lines_loses_none():
    text = "error: the model does not fit\nwhy: two tensors are missing:\n  wte: (3, 4)\n  wpe: (5, 4)\nfix: give another"
    error = llmsys.Error.of(4, text)
    assert str(error) == text and error.status == "file" and error.fix == "give another" and error.why.count("\n") == 2


def test_misaligned_arrays_are_read_all_the_same():
    raw = np.zeros(25, np.uint8)
    x = np.ndarray((6,), np.float32, raw, offset=1)
    x[:] = [-1, 2, -3, 4, -5, 6]
    np.testing.assert_array_equal(llmsys.relu(x), [0, 2, 0, 4, 0, 6])
    parts = np.zeros(3, np.dtype([("a", np.int8), ("b", np.float32)]))
    parts["b"] = [-1, 2, 3]
    np.testing.assert_array_equal(llmsys.relu(parts["b"]), [0, 2, 3])
    with pytest.raises(ValueError, match="misaligned|parts of an element"):
        llmsys.relu(np.ones(3, np.float32), out=parts["b"])
