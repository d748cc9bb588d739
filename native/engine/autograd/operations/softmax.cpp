// y = softmax or log-softmax of x along its last axis; backward from y (engine/softmax).
#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class SoftmaxOperation final : public Operation {
public:
    explicit SoftmaxOperation(const std::string& algorithm) : Operation("softmax"), algorithm_(algorithm) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        kernel_ = step.kernel<Softmax>("softmax", algorithm_.c_str());
        const Shape& x = step.shape(0);
        Memory y = step.take(x.size());
        kernel_->forward(step.value(0), y.floats(), x.rows(), x.last(), step.workers());
        return {x, y};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            const Shape& x = step.shape(0);
            GradientTarget to = step.target(0);
            kernel_->backward(step.output(), step.gradient(), to.data, x.rows(), x.last(), to.accumulate, step.workers());
        }
    }

private:
    std::string algorithm_;
    std::shared_ptr<const Softmax> kernel_;
};

}  // namespace

Made softmax(const std::string& algorithm) { return std::make_unique<SoftmaxOperation>(algorithm); }

}  // namespace llmsys::operations
