// layer_norm and rms_norm over the last axes.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

// The extents that are normalized together: what is said, those of the weight, or the last axis.
Extents normalizedOf(const py::object& said, const py::object& weight, const Floats& x, const char* operation) {
    if (!said.is_none()) {
        return extentsOf(said, operation, "normalized_shape");
    }
    if (!weight.is_none()) {
        return strided(weight, operation, "weight").shape;
    }
    return x.rank() == 0 ? Extents{} : Extents{x.shape.back()};
}

float* parameter(const py::object& given, const Extents& shape, const char* operation, const char* name, Floats& kept) {
    if (given.is_none()) {
        return nullptr;
    }
    kept = contiguous(given, operation, name);
    if (kept.shape != shape) {
        valueError(std::string(operation) + " got " + name + " of shape " + shapeText(kept.shape), "what is normalized has shape " + shapeText(shape),
                   "pass one number for each element");
    }
    return kept.data;
}

FloatArray normalize(const char* algorithm, const char* operation, const FloatArray& input, const py::object& said, const py::object& weight,
                     const py::object& bias, double eps, const py::object& out) {
    Floats x = contiguous(input, operation, "input");
    Extents shape = normalizedOf(said, weight, x, operation);
    if (shape.empty() || shape.size() > x.shape.size() || !std::equal(shape.rbegin(), shape.rend(), x.shape.rbegin())) {
        valueError(std::string(operation) + " got input of shape " + shapeText(x.shape) + " and normalized_shape " + shapeText(shape),
                   "the last axes are normalized", "pass the extents of the last axes");
    }
    Floats weights, biases;
    const float* gamma = parameter(weight, shape, operation, "weight", weights);
    const float* beta = parameter(bias, shape, operation, "bias", biases);
    Floats y = contiguousResult(out, x.shape, operation, {&x}, true);
    int64_t columns = sizeOf(shape), size = x.size();
    if (size > 0) {
        check(unlocked(size, [&] {
            return lls_normalization(algorithm, nullptr, x.data, gamma, beta, static_cast<float>(eps), y.data, nullptr, size / columns, columns);
        }));
    }
    return y.array;
}

// layer_norm(x, weight, bias) is understood as well: an array is no shape.
bool isShape(const py::object& given) {
    return given.is_none() || py::isinstance<py::int_>(given) || py::isinstance<py::tuple>(given) || py::isinstance<py::list>(given);
}

}  // namespace

void addNormalization(py::module_& m) {
    using namespace py::literals;
    define(m, "layer_norm",
        [](const FloatArray& x, const py::object& shape, const py::object& weight, const py::object& bias, double eps, const py::object& out) {
            bool skipped = !isShape(shape) && bias.is_none();
            return normalize("layernorm", "layer_norm", x, skipped ? py::object(py::none()) : shape, skipped ? shape : weight,
                             skipped ? weight : bias, eps, out);
        },
        "input"_a, "normalized_shape"_a = py::none(), "weight"_a = py::none(), "bias"_a = py::none(), "eps"_a = 1e-5, py::kw_only(),
        "out"_a = py::none(),
        R"((x - mean) / sqrt(variance + eps) * weight + bias, over the last axes. The variance divides by the number of elements.

normalized_shape is the shape of those axes; None: weight's, or else the last axis. It may be left out: layer_norm(input, weight, bias).
Shapes: input (..., *normalized_shape); weight and bias have normalized_shape. float32. out may be input.

Errors: TypeError for another dtype, ValueError for shapes that do not fit.

Source: Ba, Kiros and Hinton 2016, arXiv 1607.06450.

Example::

    llmsys.layer_norm(x, (64,), weight, bias)     # x (B,T,64)
)");
    define(m, "rms_norm",
        [](const FloatArray& x, const py::object& shape, const py::object& weight, std::optional<double> eps,
           const py::object& out) {
            bool skipped = !isShape(shape) && weight.is_none();
            double small = eps.value_or(1.1920928955078125e-07);
            return normalize("rmsnorm", "rms_norm", x, skipped ? py::object(py::none()) : shape, skipped ? shape : weight, py::none(), small, out);
        },
        "input"_a, "normalized_shape"_a = py::none(), "weight"_a = py::none(), "eps"_a = py::none(), py::kw_only(), "out"_a = py::none(),
        R"(x / sqrt(mean of x^2 + eps) * weight, over the last axes.

eps None: 2^-23, as torch has it; Llama's models say 1e-5 or 1e-6. normalized_shape as in layer_norm; rms_norm(input, weight) is understood too.
Shapes: input (..., *normalized_shape); weight has normalized_shape. float32. out may be input.

Errors: TypeError for another dtype, ValueError for shapes that do not fit.

Source: Zhang and Sennrich 2019, arXiv 1910.07467.

Example::

    llmsys.rms_norm(x, (64,), weight, eps=1e-5)     # x (B,T,64)
)");
}

}  // namespace llmsys::python
