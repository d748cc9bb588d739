// y = f(x) by element;   dx += dy * f'(x), written with y where that is shorter
//
//   exp   y' = y        log   y' = 1 / x        sqrt   y' = 1 / (2 y)        abs   y' = sign of x, 0 at 0
#include <cmath>

#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class UnaryOperation final : public Operation {
public:
    using Function = float (*)(float x);
    using Slope = float (*)(float x, float y);

    UnaryOperation(const char* name, Function function, Slope slope) : Operation(name), function_(function), slope_(slope) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const int64_t size = step.shape(0).size();
        const float* x = step.value(0);
        Memory y = step.take(size);
        for (int64_t i = 0; i < size; i++) {
            y.floats()[i] = function_(x[i]);
        }
        return {step.shape(0), y};
    }

    void backward(const Step& step) override {
        if (!step.wants(0)) {
            return;
        }
        const float *x = step.value(0), *y = step.output(), *dy = step.gradient();
        const GradientTarget to = step.target(0);
        for (int64_t i = 0; i < step.shape(0).size(); i++) {
            float arriving = dy[i] * slope_(x[i], y[i]);
            to.data[i] = to.accumulate ? to.data[i] + arriving : arriving;
        }
    }

private:
    Function function_;
    Slope slope_;
};

}  // namespace

Made unary(Unary which) {
    switch (which) {
        case Unary::EXP:
            return std::make_unique<UnaryOperation>("exp", [](float x) { return std::exp(x); }, [](float, float y) { return y; });
        case Unary::LOG:
            return std::make_unique<UnaryOperation>("log", [](float x) { return std::log(x); }, [](float x, float) { return 1 / x; });
        case Unary::SQRT:
            return std::make_unique<UnaryOperation>("sqrt", [](float x) { return std::sqrt(x); }, [](float, float y) { return 0.5f / y; });
        default:
            return std::make_unique<UnaryOperation>("abs", [](float x) { return std::fabs(x); },
                                                    [](float x, float) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; });
    }
}

}  // namespace llmsys::operations
