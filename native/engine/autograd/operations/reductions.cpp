// y = sum of x over some axes, which go, or over all, to (); mean: divided by how many were added, 0 when there were none. Added up in double.
//
//   dx += dy (/ count), repeated along the axes that went
#include <algorithm>
#include <vector>

#include "engine/autograd/operations/axis_reduction.h"

namespace llmsys::operations {

namespace {

class ReductionOperation final : public AxisReduction {
public:
    ReductionOperation(Reduction which, std::vector<int64_t> axes)
        : AxisReduction(which == Reduction::SUM ? "sum" : "mean", std::move(axes)), which_(which) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape y = reduced(step);
        const int64_t size = y.size();
        const int64_t count = size == 0 ? 0 : step.shape(0).size() / size;
        by_ = which_ == Reduction::SUM ? 1.0 : count == 0 ? 0.0 : 1.0 / static_cast<double>(count);
        Memory sums = step.take(2 * size);
        auto* total = reinterpret_cast<double*>(sums.floats());
        std::fill(total, total + size, 0.0);
        const float* x = step.value(0);
        visit(step, [&](int64_t from, int64_t to) { total[to] += x[from]; });
        Memory result = step.take(size);
        for (int64_t i = 0; i < size; i++) {
            result.floats()[i] = static_cast<float>(which_ == Reduction::SUM ? total[i] : count == 0 ? 0.0 : total[i] / static_cast<double>(count));
        }
        return {y, result};
    }

    void backward(const Step& step) override {
        if (!step.wants(0)) {
            return;
        }
        const float* dy = step.gradient();
        const GradientTarget d = step.target(0);
        visit(step, [&](int64_t from, int64_t to) {
            float arriving = static_cast<float>(dy[to] * by_);
            d.data[from] = d.accumulate ? d.data[from] + arriving : arriving;
        });
    }

private:
    Reduction which_;
    double by_ = 1;
};

}  // namespace

Made reduction(Reduction which, std::vector<int64_t> axes) { return std::make_unique<ReductionOperation>(which, std::move(axes)); }

}  // namespace llmsys::operations
