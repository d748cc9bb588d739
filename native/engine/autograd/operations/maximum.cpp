// y = the largest x along some axes, which go, or of all, to (). NaN is larger than everything.
//
//   dx += dy / how many are as large, for those that are; 0 for the others
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/autograd/operations/axis_reduction.h"

namespace llmsys::operations {

namespace {

class Maximum final : public AxisReduction {
public:
    explicit Maximum(std::vector<int64_t> axes) : AxisReduction("max", std::move(axes)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape y = reduced(step);
        if (step.shape(0).size() == 0 && y.size() > 0) {
            refuse(step, "nothing is the largest of no elements", "pass a tensor with elements along these axes");
        }
        Memory most = step.take(y.size());
        std::fill(most.floats(), most.floats() + y.size(), -std::numeric_limits<float>::infinity());
        visit(step, [&](int64_t from, int64_t to) {
            float value = step.value(0)[from];
            float& largest = most.floats()[to];
            largest = value > largest || std::isnan(value) ? value : largest;
        });
        return {y, most};
    }

    void backward(const Step& step) override {
        if (!step.wants(0)) {
            return;
        }
        const float *x = step.value(0), *y = step.output(), *dy = step.gradient();
        Memory counts = step.take(step.outputShape().size());
        std::fill(counts.floats(), counts.floats() + step.outputShape().size(), 0.0f);
        visit(step, [&](int64_t from, int64_t to) { counts.floats()[to] += x[from] == y[to] ? 1.0f : 0.0f; });
        const GradientTarget d = step.target(0);
        visit(step, [&](int64_t from, int64_t to) {
            float arriving = x[from] == y[to] ? dy[to] / counts.floats()[to] : 0.0f;
            d.data[from] = d.accumulate ? d.data[from] + arriving : arriving;
        });
    }
};

}  // namespace

Made maximum(std::vector<int64_t> axes) { return std::make_unique<Maximum>(std::move(axes)); }

}  // namespace llmsys::operations
