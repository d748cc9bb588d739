// y = f(x) by element;   dx += dy * f'(x)
#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class ActivationOperation final : public Operation {
public:
    explicit ActivationOperation(const std::string& algorithm) : Operation("activation"), algorithm_(algorithm) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        kernel_ = step.kernel<Activation>("activation", algorithm_.c_str());
        Memory y = step.take(step.shape(0).size());
        kernel_->forward(step.value(0), y.floats(), step.shape(0).size(), step.workers());
        return {step.shape(0), y};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            GradientTarget to = step.target(0);
            kernel_->backward(step.value(0), step.output(), step.gradient(), to.data, step.shape(0).size(), to.accumulate, step.workers());
        }
    }

private:
    std::string algorithm_;
    std::shared_ptr<const Activation> kernel_;
};

}  // namespace

Made activation(const std::string& algorithm) { return std::make_unique<ActivationOperation>(algorithm); }

}  // namespace llmsys::operations
