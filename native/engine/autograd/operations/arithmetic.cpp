// z = a + b, a - b, a * b, a / b by element, a and b repeated to one shape as numpy does.
//
//   add       da += dz          db += dz               subtract  da += dz          db -= dz
//   multiply  da += dz * b      db += dz * a           divide    da += dz / b      db -= dz * z / b
//
// What was repeated gets the sum over its repetitions.
#include "engine/autograd/broadcasting.h"
#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

const char* nameOf(Arithmetic which) {
    constexpr const char* NAMES[] = {"add", "subtract", "multiply", "divide"};
    return NAMES[static_cast<int>(which)];
}

float compute(Arithmetic which, float a, float b) {
    switch (which) {
        case Arithmetic::ADD: return a + b;
        case Arithmetic::SUBTRACT: return a - b;
        case Arithmetic::MULTIPLY: return a * b;
        default: return a / b;
    }
}

class ArithmeticOperation final : public Operation {
public:
    explicit ArithmeticOperation(Arithmetic which) : Operation(nameOf(which)), which_(which) {}

    Result forward(const Step& step) override {
        requireInputs(step, 2, 2);
        Shape whole;
        if (!broadcasts(step.shape(0), step.shape(1), whole)) {
            refuse(step, "extents differ where neither is 1", "reshape one of them");
        }
        kernel_ = step.kernel<Elementwise>("elementwise", "elementwise");
        Memory z = step.take(whole.size());
        if (step.shape(0) == step.shape(1)) {
            run(which_, step.value(0), step.value(1), z.floats(), whole.size(), step);
        } else {
            repeated(which_, step.value(0), step.shape(0), step.value(1), step.shape(1), whole, z.floats());
        }
        return {whole, z};
    }

    void backward(const Step& step) override {
        const Shape& whole = step.outputShape();
        if (step.wants(0)) {
            give(step, 0, gradientOfFirst(step, whole), whole);
        }
        if (step.wants(1)) {
            give(step, 1, gradientOfSecond(step, whole), whole);
        }
    }

private:
    Memory gradientOfFirst(const Step& step, const Shape& whole) const {
        if (which_ == Arithmetic::ADD || which_ == Arithmetic::SUBTRACT) {
            return step.shareGradient();
        }
        Memory d = step.take(whole.size());
        with(which_, step.gradient(), step, 1, whole, d.floats());               // dz * b or dz / b
        return d;
    }

    Memory gradientOfSecond(const Step& step, const Shape& whole) const {
        if (which_ == Arithmetic::ADD) {
            return step.shareGradient();
        }
        Memory d = step.take(whole.size());
        if (which_ == Arithmetic::SUBTRACT) {
            kernel_->scale(step.gradient(), -1, d.floats(), whole.size(), step.workers());
        } else if (which_ == Arithmetic::MULTIPLY) {
            with(Arithmetic::MULTIPLY, step.gradient(), step, 0, whole, d.floats());
        } else {
            kernel_->multiply(step.gradient(), step.output(), d.floats(), whole.size(), step.workers());
            with(Arithmetic::DIVIDE, d.floats(), step, 1, whole, d.floats());
            kernel_->scale(d.floats(), -1, d.floats(), whole.size(), step.workers());
        }
        return d;
    }

    // y = x (of the result's shape) with an input
    void with(Arithmetic which, const float* x, const Step& step, int input, const Shape& whole, float* y) const {
        if (step.shape(input) == whole) {
            run(which, x, step.value(input), y, whole.size(), step);
        } else {
            repeated(which, x, whole, step.value(input), step.shape(input), whole, y);
        }
    }

    static void give(const Step& step, int input, Memory gradient, const Shape& whole) {
        if (step.shape(input).size() == whole.size()) {
            step.contribute(input, std::move(gradient));
        } else {
            addRepeated(step, input, gradient.floats(), whole);
        }
    }

    void run(Arithmetic which, const float* a, const float* b, float* y, int64_t size, const Step& step) const {
        switch (which) {
            case Arithmetic::ADD: return kernel_->add(a, b, y, size, step.workers());
            case Arithmetic::SUBTRACT: return kernel_->subtract(a, b, y, size, step.workers());
            case Arithmetic::MULTIPLY: return kernel_->multiply(a, b, y, size, step.workers());
            default: return kernel_->divide(a, b, y, size, step.workers());
        }
    }

    static void repeated(Arithmetic which, const float* a, const Shape& aShape, const float* b, const Shape& bShape, const Shape& whole, float* y) {
        eachStretch(whole, Steps(aShape, whole), Steps(bShape, whole), [&](int64_t place, int64_t i, int64_t j, int64_t length, int64_t iBy,
                                                                           int64_t jBy) {
            for (int64_t at = 0; at < length; at++) {
                y[place + at] = compute(which, a[i + at * iBy], b[j + at * jBy]);
            }
        });
    }

    Arithmetic which_;
    std::shared_ptr<const Elementwise> kernel_;
};

}  // namespace

Made arithmetic(Arithmetic which) { return std::make_unique<ArithmeticOperation>(which); }

}  // namespace llmsys::operations
