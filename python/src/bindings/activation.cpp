// relu, gelu, silu, sigmoid, tanh, and the gated products of two of them.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

FloatArray activate(const char* algorithm, const char* operation, const FloatArray& input, const py::object& out) {
    Floats x = contiguous(input, operation, "input");
    Floats y = contiguousResult(out, x.shape, operation, {&x}, true);
    int64_t size = x.size();
    check(unlocked(size, [&] { return lls_activation(algorithm, nullptr, x.data, y.data, size); }));
    return y.array;
}

FloatArray gelu(const FloatArray& input, const std::string& approximate, const py::object& out) {
    if (approximate != "none" && approximate != "tanh") {
        valueError("gelu got approximate " + approximate, "there are two", "pass \"none\" (erf) or \"tanh\"");
    }
    return activate(approximate == "tanh" ? "gelu-tanh" : "gelu", "gelu", input, out);
}

// algorithm(gate) * up, in the memory of the result.
FloatArray gated(const char* algorithm, const char* operation, const FloatArray& input, const py::object& up, const py::object& out) {
    Floats gate, values;
    if (up.is_none()) {
        Floats both = strided(input, operation, "input");
        if (both.rank() == 0 || both.shape.back() % 2 != 0) {
            valueError(std::string(operation) + " got input of shape " + shapeText(both.shape),
                       "without up the last axis holds both halves, so its extent is even", "pass an even last axis, or gate and up");
        }
        py::list halves = py::module_::import("numpy").attr("split")(both.array, 2, py::arg("axis") = -1);
        gate = contiguous(halves[0], operation, "input");
        values = contiguous(halves[1], operation, "input");
    } else {
        gate = contiguous(input, operation, "input");
        values = contiguous(up, operation, "up");
    }
    if (gate.shape != values.shape) {
        valueError(std::string(operation) + ": input of shape " + shapeText(gate.shape) + " and up of shape " + shapeText(values.shape),
                   "they are multiplied element by element", "pass equal shapes");
    }
    Floats y = contiguousResult(out, gate.shape, operation, {&gate, &values});
    int64_t size = gate.size();
    check(unlocked(size, [&] {
        lls_status status = lls_activation(algorithm, nullptr, gate.data, y.data, size);
        return status == LLS_OK ? lls_elementwise("multiply", nullptr, y.data, values.data, 0, y.data, size) : status;
    }));
    return y.array;
}

}  // namespace

void addActivations(py::module_& m) {
    using namespace py::literals;
    define(m, "relu", [](const FloatArray& x, const py::object& out) { return activate("relu", "relu", x, out); }, "input"_a, py::kw_only(),
        "out"_a = py::none(),
        R"(max(x, 0), element by element.

Shapes: input of any shape; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for an out that does not fit.

Source: Nair and Hinton 2010.

Example::

    llmsys.relu(numpy.float32([-1, 2]))     # [0, 2]
)");
    define(m, "gelu", &gelu, "input"_a, "approximate"_a = "none", py::kw_only(), "out"_a = py::none(),
          R"(x Phi(x), with Phi the normal distribution function: x (1 + erf(x / sqrt 2)) / 2.

approximate="tanh": x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, as GPT-2 has it.
Shapes: input of any shape; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for another approximate or an out that does not fit.

Source: Hendrycks and Gimpel 2016, arXiv 1606.08415.

Example::

    llmsys.gelu(numpy.float32([1]), approximate="tanh")     # [0.8412]
)");
    define(m, "silu", [](const FloatArray& x, const py::object& out) { return activate("silu", "silu", x, out); }, "input"_a, py::kw_only(),
        "out"_a = py::none(),
        R"(x sigmoid(x), also called swish.

Shapes: input of any shape; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for an out that does not fit.

Source: Elfwing et al. 2017, arXiv 1702.03118.

Example::

    llmsys.silu(numpy.float32([0, 1]))     # [0, 0.7311]
)");
    define(m, "sigmoid", [](const FloatArray& x, const py::object& out) { return activate("sigmoid", "sigmoid", x, out); }, "input"_a, py::kw_only(),
        "out"_a = py::none(),
        R"(1 / (1 + exp(-x)), between 0 and 1.

Shapes: input of any shape; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for an out that does not fit.

Source: Verhulst 1838, the logistic curve.

Example::

    llmsys.sigmoid(numpy.float32([0]))     # [0.5]
)");
    define(m, "tanh", [](const FloatArray& x, const py::object& out) { return activate("tanh", "tanh", x, out); }, "input"_a, py::kw_only(),
        "out"_a = py::none(),
        R"((exp(x) - exp(-x)) / (exp(x) + exp(-x)), between -1 and 1.

Shapes: input of any shape; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for an out that does not fit.

Source: LeCun et al. 1998, Efficient BackProp, on why it is used in networks.

Example::

    llmsys.tanh(numpy.float32([0, 1]))     # [0, 0.7616]
)");
    define(m, "swiglu", [](const FloatArray& x, const py::object& up, const py::object& out) { return gated("silu", "swiglu", x, up, out); },
        "input"_a, "up"_a = py::none(), py::kw_only(), "out"_a = py::none(),
        R"(silu(gate) * up, the gated product of Llama's feed-forward layer.

Shapes: input (...,F) and up (...,F) give (...,F); without up, input (...,2F) holds the gate in the first half of its last axis and up in the
second. float32.

Errors: TypeError for another dtype, ValueError for unequal shapes or an odd last axis.

Source: Shazeer 2020, arXiv 2002.05202.

Example::

    llmsys.swiglu(gate, up)     # silu(gate) * up
)");
    define(m, "geglu", [](const FloatArray& x, const py::object& up, const py::object& out) { return gated("gelu", "geglu", x, up, out); },
        "input"_a, "up"_a = py::none(), py::kw_only(), "out"_a = py::none(),
        R"(gelu(gate) * up. Shapes, errors and source are swiglu's.

Example::

    llmsys.geglu(gate, up)     # gelu(gate) * up
)");
}

}  // namespace llmsys::python
