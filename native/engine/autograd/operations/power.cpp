// z = a^b by element, a and b repeated to one shape as numpy does.
//
//   da += dz * b * a^(b-1), 0 where b is 0        db += dz * z * log(a), 0 where a is 0 and b is not negative
//
// A negative a has real powers for whole b only: otherwise z is NaN, and so is what arrives at b.
#include <cmath>

#include "engine/autograd/broadcasting.h"
#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class Power final : public Operation {
public:
    Power() : Operation("power") {}

    Result forward(const Step& step) override {
        requireInputs(step, 2, 2);
        Shape whole;
        if (!broadcasts(step.shape(0), step.shape(1), whole)) {
            refuse(step, "extents differ where neither is 1", "reshape one of them");
        }
        Memory z = step.take(whole.size());
        each(step, whole, [&](int64_t at, float a, float b) { z.floats()[at] = std::pow(a, b); });
        return {whole, z};
    }

    void backward(const Step& step) override {
        const Shape& whole = step.outputShape();
        const float *dz = step.gradient(), *z = step.output();
        if (step.wants(0)) {
            give(step, 0, whole, [&](int64_t at, float a, float b) { return b == 0 ? 0 : dz[at] * b * std::pow(a, b - 1); });
        }
        if (step.wants(1)) {
            give(step, 1, whole, [&](int64_t at, float a, float b) { return a == 0 && b >= 0 ? 0 : dz[at] * z[at] * std::log(a); });
        }
    }

private:
    // body(place, a, b) for each element of the result
    template <typename Body>
    static void each(const Step& step, const Shape& whole, Body&& body) {
        const float *a = step.value(0), *b = step.value(1);
        eachStretch(whole, Steps(step.shape(0), whole), Steps(step.shape(1), whole), [&](int64_t place, int64_t i, int64_t j, int64_t length,
                                                                                       int64_t iBy, int64_t jBy) {
            for (int64_t at = 0; at < length; at++) {
                body(place + at, a[i + at * iBy], b[j + at * jBy]);
            }
        });
    }

    template <typename Slope>
    static void give(const Step& step, int input, const Shape& whole, Slope&& slope) {
        Memory d = step.take(whole.size());
        each(step, whole, [&](int64_t at, float a, float b) { d.floats()[at] = slope(at, a, b); });
        if (step.shape(input).size() == whole.size()) {
            step.contribute(input, std::move(d));
        } else {
            addRepeated(step, input, d.floats(), whole);
        }
    }
};

}  // namespace

Made power() { return std::make_unique<Power>(); }

}  // namespace llmsys::operations
