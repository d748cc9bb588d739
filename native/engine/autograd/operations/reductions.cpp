// y = sum of x over some axes, which go, or over all, to (); mean: divided by how many were added, 0 when there were none. Added up in double.
//
//   dx += dy (/ count), repeated along the axes that went
#include <algorithm>
#include <vector>

#include "engine/autograd/broadcasting.h"
#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class ReductionOperation final : public Operation {
public:
    ReductionOperation(Reduction which, std::vector<int64_t> axes)
        : Operation(which == Reduction::SUM ? "sum" : "mean"), which_(which), axes_(std::move(axes)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& x = step.shape(0);
        bool goes[Shape::MOST_AXES] = {};
        for (int64_t axis : axes_) {
            if (axis < -x.rank || axis >= x.rank) {
                refuse(step, "axis " + std::to_string(axis) + " is none of its " + std::to_string(x.rank),
                       "pass axes of the tensor, or none for all");
            }
            goes[axis < 0 ? axis + x.rank : axis] = true;
        }
        Shape y;
        kept_ = x;
        for (int axis = 0; axis < x.rank; axis++) {
            if (axes_.empty() || goes[axis]) {
                kept_.extents[axis] = 1;
            } else {
                y.extents[y.rank++] = x.extents[axis];
            }
        }
        const int64_t size = y.size();
        const int64_t count = size == 0 ? 0 : x.size() / size;
        by_ = which_ == Reduction::SUM ? 1.0 : count == 0 ? 0.0 : 1.0 / static_cast<double>(count);
        Memory sums = step.take(2 * size);
        auto* total = reinterpret_cast<double*>(sums.floats());
        std::fill(total, total + size, 0.0);
        const Steps steps(kept_, x);
        const float* from = step.value(0);
        eachStretch(x, steps, steps, [&](int64_t place, int64_t begin, int64_t, int64_t length, int64_t by, int64_t) {
            for (int64_t i = 0; i < length; i++) {
                total[begin + i * by] += from[place + i];
            }
        });
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
        const Shape& x = step.shape(0);
        const float* dy = step.gradient();
        const GradientTarget to = step.target(0);
        const Steps steps(kept_, x);
        eachStretch(x, steps, steps, [&](int64_t place, int64_t begin, int64_t, int64_t length, int64_t by, int64_t) {
            for (int64_t i = 0; i < length; i++) {
                float arriving = static_cast<float>(dy[begin + i * by] * by_);
                to.data[place + i] = to.accumulate ? to.data[place + i] + arriving : arriving;
            }
        });
    }

private:
    Reduction which_;
    std::vector<int64_t> axes_;
    Shape kept_;              // x with 1 for the axes that went
    double by_ = 1;
};

}  // namespace

Made reduction(Reduction which, std::vector<int64_t> axes) { return std::make_unique<ReductionOperation>(which, std::move(axes)); }

}  // namespace llmsys::operations
