// y = x * by;   dx += dy * by
#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class Scale final : public Operation {
public:
    explicit Scale(double by) : Operation("scale"), by_(static_cast<float>(by)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        kernel_ = step.kernel<Elementwise>("elementwise", "elementwise");
        Memory y = step.take(step.shape(0).size());
        kernel_->scale(step.value(0), by_, y.floats(), step.shape(0).size(), step.workers());
        return {step.shape(0), y};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            Memory dx = step.take(step.shape(0).size());
            kernel_->scale(step.gradient(), by_, dx.floats(), step.shape(0).size(), step.workers());
            step.contribute(0, std::move(dx));
        }
    }

private:
    float by_;
    std::shared_ptr<const Elementwise> kernel_;
};

}  // namespace

Made scale(double by) { return std::make_unique<Scale>(by); }

}  // namespace llmsys::operations
