// add, subtract, multiply, divide, with numpy's broadcasting.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

Extents commonShape(const Floats& a, const Floats& b, const char* operation) {
    size_t rank = std::max(a.shape.size(), b.shape.size());
    Extents shape(rank, 1);
    for (size_t i = 1; i <= rank; i++) {
        int64_t left = i <= a.shape.size() ? a.shape[a.shape.size() - i] : 1, right = i <= b.shape.size() ? b.shape[b.shape.size() - i] : 1;
        if (left != right && left != 1 && right != 1) {
            valueError(std::string(operation) + ": a of shape " + shapeText(a.shape) + " and b of shape " + shapeText(b.shape),
                       "counted from the last, an axis is " + std::to_string(left) + " in one and " + std::to_string(right) + " in the other",
                       "pass equal extents, or 1 where an axis repeats");
        }
        shape[rank - i] = left == 1 ? right : left;
    }
    return shape;
}

Floats repeated(const Floats& floats, const Extents& shape, const char* operation, const char* name) {
    if (floats.shape == shape) {
        return contiguous(floats.array, operation, name);
    }
    return contiguous(py::module_::import("numpy").attr("broadcast_to")(floats.array, py::tuple(py::cast(shape))), operation, name);
}

void addOperation(py::module_& m, const char* name, const char* formula, const char* errors) {
    using namespace py::literals;
    std::string text = std::string(formula) + R"(, element by element.

Shapes: a and b of one shape, or shapes that repeat to one as in numpy. float32. out may be a or b.

Errors: TypeError for another dtype, ValueError for shapes that do not fit.)" + errors + R"(

Source: numpy's broadcasting rules, Harris et al. 2020, doi:10.1038/s41586-020-2649-2.

Example::

    llmsys.)" + name + R"((numpy.float32([[6], [8]]), numpy.float32([2, 4]))     # (2, 2)
)";
    define(m, name,
        [name](const FloatArray& left, const FloatArray& right, const py::object& out) {
            Floats a = strided(left, name, "a"), b = strided(right, name, "b");
            Extents shape = commonShape(a, b, name);
            a = repeated(a, shape, name, "a");
            b = repeated(b, shape, name, "b");
            Floats y = contiguousResult(out, shape, name, {&a, &b}, true);
            int64_t size = y.size();
            check(unlocked(size, [&] { return lls_elementwise(name, nullptr, a.data, b.data, 0, y.data, size); }));
            return FloatArray(y.array);
        },
        "a"_a, "b"_a, py::kw_only(), "out"_a = py::none(), text.c_str());
}

}  // namespace

void addArithmetic(py::module_& m) {
    addOperation(m, "add", "a + b", "");
    addOperation(m, "subtract", "a - b", "");
    addOperation(m, "multiply", "a * b", "");
    addOperation(m, "divide", "a / b", " A division by 0 gives infinity or NaN, as in numpy.");
}

}  // namespace llmsys::python
