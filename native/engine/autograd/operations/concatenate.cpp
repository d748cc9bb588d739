// y = the inputs one behind another along an axis, their other extents equal;   each dx += its part of dy
#include <cstring>

#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class Concatenate final : public Operation {
public:
    explicit Concatenate(int64_t axis) : Operation("concatenate"), axis_(axis) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, MOST_INPUTS);
        Shape y = step.shape(0);
        if (axis_ < 0 || axis_ >= y.rank) {
            refuse(step, "axis " + std::to_string(axis_) + " is none of its " + std::to_string(y.rank), "pass an axis of the tensors");
        }
        for (int i = 1; i < step.count(); i++) {
            Shape next = step.shape(i);
            bool joins = next.rank == y.rank && !__builtin_add_overflow(y.extents[axis_], next.extents[axis_], &next.extents[axis_]);
            y.extents[axis_] = joins ? next.extents[axis_] : y.extents[axis_];
            if (!joins || next != y) {
                refuse(step, "all but the extents along axis " + std::to_string(axis_) + " are equal", "reshape or cut what differs");
            }
        }
        y = Shape::of(y.extents, y.rank, "concatenate");
        Memory all = step.take(y.size());
        each(step, y, [&](int input, int64_t place, int64_t own, int64_t length) {
            std::memcpy(all.floats() + place, step.value(input) + own, static_cast<size_t>(length) * sizeof(float));
        });
        return {y, all};
    }

    void backward(const Step& step) override {
        const float* dy = step.gradient();
        float* to[MOST_INPUTS] = {};
        for (int input = 0; input < step.count(); input++) {
            to[input] = step.wants(input) ? step.sumTarget(input) : nullptr;
        }
        each(step, step.outputShape(), [&](int input, int64_t place, int64_t own, int64_t length) {
            for (int64_t i = 0; i < length && to[input] != nullptr; i++) {
                to[input][own + i] += dy[place + i];
            }
        });
    }

private:
    // body(input, place in y, place in the input, length) for each piece that lies together in both
    template <typename Body>
    void each(const Step& step, const Shape& y, Body&& body) const {
        int64_t outer = 1, inner = 1;
        for (int axis = 0; axis < y.rank; axis++) {
            (axis < axis_ ? outer : inner) *= axis == axis_ ? 1 : y.extents[axis];
        }
        int64_t before = 0;
        for (int input = 0; input < step.count(); input++) {
            const int64_t length = step.shape(input).extents[axis_] * inner;
            for (int64_t i = 0; i < outer && length > 0; i++) {
                body(input, i * y.extents[axis_] * inner + before, i * length, length);
            }
            before += length;
        }
    }

    int64_t axis_;
};

}  // namespace

Made concatenate(int64_t axis) { return std::make_unique<Concatenate>(axis); }

}  // namespace llmsys::operations
