// softmax and log_softmax over one axis.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

// The engine takes the last axis; another one is moved there and back, which copies.
FloatArray normalize(const char* algorithm, const char* operation, const FloatArray& input, int64_t axis, std::optional<int64_t> dim,
                     const py::object& out) {
    axis = dim.value_or(axis);
    Floats given = strided(input, operation, "input");
    axis = axisOf(axis, given.rank(), operation);
    bool last = axis + 1 == given.rank();
    py::module_ numpy = py::module_::import("numpy");
    Floats x = contiguous(last ? given.array : py::object(numpy.attr("moveaxis")(given.array, axis, -1)), operation, "input");
    Floats y = last ? contiguousResult(out, x.shape, operation, {&x}, true) : newFloats(x.shape);
    int64_t columns = x.shape.back(), size = x.size();
    if (size > 0) {
        check(unlocked(size, [&] { return lls_softmax(algorithm, nullptr, x.data, y.data, size / columns, columns); }));
    }
    if (last) {
        return y.array;
    }
    py::object back = numpy.attr("moveaxis")(y.array, -1, axis);
    if (out.is_none()) {
        return py::object(numpy.attr("ascontiguousarray")(back));
    }
    Floats target = result(out, given.shape, operation, {&given}, true);
    numpy.attr("copyto")(out, back);
    return target.array;
}

}  // namespace

void addSoftmax(py::module_& m) {
    using namespace py::literals;
    define(m, "softmax",
        [](const FloatArray& x, int64_t axis, std::optional<int64_t> dim, const py::object& out) {
            return normalize("softmax", "softmax", x, axis, dim, out);
        },
        "input"_a, "axis"_a = -1, py::kw_only(), "dim"_a = py::none(), "out"_a = py::none(),
        R"(exp(x_i) / sum over j of exp(x_j), along an axis: numbers from 0 to 1 that add up to 1.

The largest x is subtracted first, so nothing overflows. dim is torch's word for axis.
Shapes: input of any shape with an axis; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for an axis that is not there.

Source: Bridle 1990; one pass over a row: Milakov and Gimelshein 2018, arXiv 1805.02867.

Example::

    llmsys.softmax(numpy.float32([[0, 0]]))     # [[0.5, 0.5]]
)");
    define(m, "log_softmax",
        [](const FloatArray& x, int64_t axis, std::optional<int64_t> dim, const py::object& out) {
            return normalize("log-softmax", "log_softmax", x, axis, dim, out);
        },
        "input"_a, "axis"_a = -1, py::kw_only(), "dim"_a = py::none(), "out"_a = py::none(),
        R"(x_i - log of the sum over j of exp(x_j), along an axis: log-probabilities.

Shapes, dim, out and errors are softmax's.

Source: as softmax.

Example::

    llmsys.log_softmax(numpy.float32([[0, 0]]))     # [[-0.6931, -0.6931]]
)");
}

}  // namespace llmsys::python
