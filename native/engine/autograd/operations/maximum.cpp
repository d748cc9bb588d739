// y = the largest x along some axes, which go, or of all, to (). NaN is larger than everything.
//
//   dx += dy / how many are as large, for those that are; 0 for the others
#include <cmath>
#include <limits>
#include <vector>

#include "engine/autograd/broadcasting.h"
#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class Maximum final : public Operation {
public:
    explicit Maximum(std::vector<int64_t> axes) : Operation("max"), axes_(std::move(axes)) {}

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
        if (x.size() == 0 && y.size() > 0) {
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

private:
    // body(place in x, place in y) for each element of x
    template <typename Body>
    void visit(const Step& step, Body&& body) const {
        const Shape& x = step.shape(0);
        const Steps steps(kept_, x);
        eachStretch(x, steps, steps, [&](int64_t place, int64_t begin, int64_t, int64_t length, int64_t by, int64_t) {
            for (int64_t i = 0; i < length; i++) {
                body(place + i, begin + i * by);
            }
        });
    }

    std::vector<int64_t> axes_;
    Shape kept_;              // x with 1 for the axes that went
};

}  // namespace

Made maximum(std::vector<int64_t> axes) { return std::make_unique<Maximum>(std::move(axes)); }

}  // namespace llmsys::operations
