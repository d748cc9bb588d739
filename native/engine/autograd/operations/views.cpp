// reshape: the same elements under other extents, without a copy; the gradient comes back the same way.
// transpose: axis i of the result is axis axes[i] of x; the gradient is turned back.
#include <algorithm>
#include <vector>

#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class Reshape final : public Operation {
public:
    explicit Reshape(std::vector<int64_t> extents) : Operation("reshape"), extents_(std::move(extents)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        Shape y = Shape::of(extents_.data(), static_cast<int64_t>(extents_.size()), "reshape");
        if (y.size() != step.shape(0).size()) {
            refuse(step, y.text() + " has " + std::to_string(y.size()) + " elements, not " + std::to_string(step.shape(0).size()),
                   "pass extents with that product");
        }
        return {y, step.share(0)};
    }
    void backward(const Step& step) override {
        if (step.wants(0)) {
            step.contribute(0, step.shareGradient());
        }
    }

private:
    std::vector<int64_t> extents_;
};

// y[i0,i1,...] = x at the steps `along`, y of shape `shape`
void gather(const float* x, const Shape& shape, const int64_t* along, float* y, bool accumulate) {
    const int last = shape.rank - 1;
    const int64_t length = shape.last(), stretches = shape.rows(), by = last < 0 ? 0 : along[last];
    for (int64_t i = 0; i < stretches; i++) {
        int64_t left = i, place = 0;
        for (int axis = last - 1; axis >= 0; axis--) {
            place += left % shape.extents[axis] * along[axis];
            left /= shape.extents[axis];
        }
        for (int64_t j = 0; j < length; j++) {
            y[i * length + j] = accumulate ? y[i * length + j] + x[place + j * by] : x[place + j * by];
        }
    }
}

class Transpose final : public Operation {
public:
    explicit Transpose(std::vector<int64_t> axes) : Operation("transpose"), axes_(std::move(axes)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& x = step.shape(0);
        std::vector<int64_t> sorted = axes_;
        std::sort(sorted.begin(), sorted.end());
        bool all = static_cast<int>(sorted.size()) == x.rank;
        for (int i = 0; all && i < x.rank; i++) {
            all = sorted[static_cast<size_t>(i)] == i;
        }
        if (!all) {
            refuse(step, "the axes of the result are not each axis of the tensor once", "pass an order of 0 to " + std::to_string(x.rank - 1));
        }
        Shape y = x;
        const Steps steps(x);
        int64_t along[Shape::MOST_AXES];
        for (int i = 0; i < x.rank; i++) {
            y.extents[i] = x.extents[axes_[static_cast<size_t>(i)]];
            along[i] = steps.of[axes_[static_cast<size_t>(i)]];
        }
        Memory memory = step.take(y.size());
        gather(step.value(0), y, along, memory.floats(), false);
        return {y, memory};
    }

    void backward(const Step& step) override {
        if (!step.wants(0)) {
            return;
        }
        const Steps steps(step.outputShape());
        int64_t along[Shape::MOST_AXES];
        for (int i = 0; i < step.shape(0).rank; i++) {
            along[axes_[static_cast<size_t>(i)]] = steps.of[i];
        }
        GradientTarget to = step.target(0);
        gather(step.gradient(), step.shape(0), along, to.data, to.accumulate);
    }

private:
    struct Steps {
        int64_t of[Shape::MOST_AXES];
        explicit Steps(const Shape& shape) {
            int64_t step = 1;
            for (int axis = shape.rank - 1; axis >= 0; axis--) {
                of[axis] = step;
                step *= shape.extents[axis];
            }
        }
    };
    std::vector<int64_t> axes_;
};

}  // namespace

Made reshape(std::vector<int64_t> extents) { return std::make_unique<Reshape>(std::move(extents)); }
Made transpose(std::vector<int64_t> axes) { return std::make_unique<Transpose>(std::move(axes)); }

}  // namespace llmsys::operations
