// cross_entropy and mse_loss, with torch's argument names.
#include <numeric>

#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

// losses one for each row; counted: how many of them a mean divides by.
py::object reduced(const Floats& losses, const std::string& reduction, int64_t counted, const char* operation) {
    if (reduction == "none") {
        return losses.array;
    }
    if (reduction != "mean" && reduction != "sum") {
        valueError(std::string(operation) + " got reduction " + reduction, "there are three", "pass \"mean\", \"sum\" or \"none\"");
    }
    double sum = std::accumulate(losses.data, losses.data + losses.size(), 0.0);
    return py::module_::import("numpy").attr("float32")(reduction == "sum" ? sum : sum / static_cast<double>(counted));
}

py::object crossEntropy(const FloatArray& input, const IntegerArray& target, int64_t ignoreIndex, const std::string& reduction) {
    Floats x = contiguous(input, "cross_entropy", "input");
    Integers given = integersOrList(target, "cross_entropy", "target");
    Extents rows(x.shape.begin(), x.shape.end() - (x.rank() > 0 ? 1 : 0));
    if (x.rank() == 0 || given.shape != rows) {
        valueError("cross_entropy: input of shape " + shapeText(x.shape) + " and target of shape " + shapeText(given.shape),
                   "each row of the last axis has one class", "pass (..., V) and (...)");
    }
    std::vector<int32_t> classes(given.data, given.data + given.size());
    int64_t counted = 0;
    for (int32_t& each : classes) {
        if (each < 0 && each != ignoreIndex) {
            valueError("cross_entropy got the class " + std::to_string(each), "classes count from 0", "pass ignore_index for rows that are left out");
        }
        each = each == ignoreIndex ? -1 : each;  // the engine's word for left out
        counted += each >= 0 ? 1 : 0;
    }
    Floats losses = newFloats(rows);
    int64_t columns = x.shape.back(), count = losses.size();
    check(unlocked(x.size(), [&] { return lls_loss("cross-entropy", nullptr, x.data, classes.data(), nullptr, losses.data, count, columns); }));
    return reduced(losses, reduction, counted, "cross_entropy");
}

py::object meanSquared(const FloatArray& input, const FloatArray& target, const std::string& reduction) {
    Floats x = contiguous(input, "mse_loss", "input"), y = contiguous(target, "mse_loss", "target");
    if (x.shape != y.shape) {
        valueError("mse_loss: input of shape " + shapeText(x.shape) + " and target of shape " + shapeText(y.shape),
                   "they are compared element by element", "pass equal shapes");
    }
    // Rows of one element, so that "none" has the shape of input.
    Floats losses = newFloats(x.shape);
    int64_t count = losses.size();
    check(unlocked(count, [&] { return lls_loss("mse", nullptr, x.data, nullptr, y.data, losses.data, count, 1); }));
    return reduced(losses, reduction, count, "mse_loss");
}

}  // namespace

void addLosses(py::module_& m) {
    using namespace py::literals;
    define(m, "cross_entropy", &crossEntropy, "input"_a, "target"_a, py::kw_only(), "ignore_index"_a = -100, "reduction"_a = "mean",
          R"(-log softmax(input)[target], in nats: how surprised the logits are by the right class.

reduction: "mean" over the rows that count, "sum", or "none" (one number a row). Rows whose target is ignore_index do not count and get 0.
Shapes: input (...,V) logits, target (...) classes from 0 to V - 1; gives a float32 number, or (...) for "none". The classes are the last axis also
where torch has them second.

Errors: TypeError for other dtypes, ValueError for shapes that do not fit or a class outside.

Source: Shannon 1948; through log-softmax, so that large logits do not overflow.

Example::

    llmsys.cross_entropy(numpy.zeros((2, 4), "f"), [0, 3])     # log 4 = 1.3863
)");
    define(m, "mse_loss", &meanSquared, "input"_a, "target"_a, py::kw_only(), "reduction"_a = "mean",
          R"((input - target)^2, its mean, sum, or each.

Shapes: input and target of one shape; gives a float32 number, or that shape for reduction="none".

Errors: TypeError for other dtypes, ValueError for unequal shapes.

Source: Legendre 1805, Gauss 1809, least squares.

Example::

    llmsys.mse_loss(numpy.float32([1, 2]), numpy.float32([1, 4]))     # 2
)");
}

}  // namespace llmsys::python
