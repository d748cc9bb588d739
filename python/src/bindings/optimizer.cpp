// The update of one weight, in place; llmsys.optim keeps the memory and the steps.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

float* written(py::handle array, const Floats& like, std::initializer_list<const Floats*> apart, Floats& kept) {
    kept = contiguousResult(array, like.shape, "optimizer_step", apart, true);
    return kept.data;
}

void step(const std::string& algorithm, const FloatArray& weight, const FloatArray& gradient, const std::vector<py::object>& memory, int64_t number,
          double learningRate, double beta1, double beta2, double eps, double weightDecay) {
    Floats slope = contiguous(gradient, "optimizer_step", "gradient"), kept, first, second;
    float* values = written(weight, slope, {&slope}, kept);
    float* arrays[2] = {};
    size_t wanted = algorithm == "adamw" ? 2 : 0;
    if (memory.size() != wanted) {
        valueError("optimizer_step got " + std::to_string(memory.size()) + " arrays of memory for " + algorithm, "it keeps " + std::to_string(wanted),
                   "pass as many arrays of zeros with the weight's shape, and the same ones in each step");
    }
    if (wanted == 2) {
        arrays[0] = written(memory[0], slope, {&slope, &kept}, first);
        arrays[1] = written(memory[1], slope, {&slope, &kept, &first}, second);
    }
    lls_optimizer_step options{number, learningRate, beta1, beta2, eps, weightDecay};
    int64_t size = slope.size();
    check(unlocked(size,
                   [&] { return lls_optimizer(algorithm.c_str(), nullptr, values, slope.data, wanted == 0 ? nullptr : arrays, size, &options); }));
}

}  // namespace

void addOptimizers(py::module_& m) {
    using namespace py::literals;
    define(m, "optimizer_step", &step, "algorithm"_a, "weight"_a, "gradient"_a, "memory"_a, py::kw_only(), "step"_a,
           "learning_rate"_a, "beta1"_a = 0.9, "beta2"_a = 0.999, "eps"_a = 1e-8, "weight_decay"_a = 0.0,
           R"(One update of one weight, in place: "sgd" (w -= lr (g + decay w)) or "adamw" (needs two arrays of memory, zeros at first).

Shapes: weight, gradient and memory of one shape, float32. step counts from 1. llmsys.optim has the classes that keep all of this.

Errors: TypeError for another dtype, ValueError for shapes that do not fit, llmsys.Error for an algorithm that is not there.

Source: Loshchilov and Hutter 2017, arXiv 1711.05101.

Example::

    llmsys.optimizer_step("sgd", w, g, [], step=1, learning_rate=0.1)
)");
}

}  // namespace llmsys::python
