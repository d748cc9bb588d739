// y = norm(x) * gamma (+ beta) over the last axis: layernorm(x,gamma,beta), layernorm(x,gamma), rmsnorm(x,gamma) (engine/normalization).
#include <cstring>

#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class NormOperation final : public Operation {
public:
    NormOperation(const char* algorithm, int most, double eps) : Operation(algorithm), most_(most), eps_(static_cast<float>(eps)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 2, most_);
        const Shape& x = step.shape(0);
        if (x.rank == 0) {
            refuse(step, "a single number has no axis to normalize", "pass at least (C)");
        }
        for (int i = 1; i < step.count(); i++) {
            if (step.shape(i).rank != 1 || step.shape(i).last() != x.last()) {
                refuse(step, "scale and shift have one number for each of the " + std::to_string(x.last()) + " features",
                       "pass vectors of that length");
            }
        }
        kernel_ = step.kernel<Normalization>("normalization", name());
        saved_ = step.take(x.rows() * kernel_->savedPerRow());
        Memory y = step.take(x.size());
        kernel_->forward(step.value(0), step.value(1), step.count() > 2 ? step.value(2) : nullptr, eps_, y.floats(), saved_.floats(), x.rows(),
                         x.last(), step.workers());
        return {x, y};
    }

    void backward(const Step& step) override {
        const Shape& x = step.shape(0);
        float* gamma = step.wants(1) ? step.sumTarget(1) : nullptr;
        float* beta = step.count() > 2 && step.wants(2) ? step.sumTarget(2) : nullptr;
        Memory dx = step.take(x.size());
        kernel_->backward(step.value(0), step.value(1), saved_.floats(), step.gradient(), dx.floats(), gamma, beta, x.rows(), x.last(),
                          step.workers());
        if (step.wants(0)) {
            step.contribute(0, std::move(dx));
        }
    }

private:
    int most_;                     // inputs
    float eps_;
    Memory saved_;
    std::shared_ptr<const Normalization> kernel_;
};

}  // namespace

Made layerNorm(double eps) { return std::make_unique<NormOperation>("layernorm", 3, eps); }
Made rmsNorm(double eps) { return std::make_unique<NormOperation>("rmsnorm", 2, eps); }

}  // namespace llmsys::operations
