// lls_optimizer.
#include <cmath>

#include "engine/elementwise/operands.h"

using namespace llmsys;

namespace {

void requireStep(const lls_optimizer_step& step) {
    bool finite = std::isfinite(step.learning_rate) && std::isfinite(step.epsilon) && std::isfinite(step.weight_decay);
    bool means = step.beta1 >= 0 && step.beta1 < 1 && step.beta2 >= 0 && step.beta2 < 1;
    if (step.step < 0 || !finite || !means || step.epsilon < 0) {
        throw Error(LLS_INVALID,
                    "lls_optimizer got step " + std::to_string(step.step) + ", learning rate " + std::to_string(step.learning_rate) + ", betas "
                        + std::to_string(step.beta1) + " and " + std::to_string(step.beta2) + ", epsilon " + std::to_string(step.epsilon)
                        + ", weight decay " + std::to_string(step.weight_decay),
                    "steps count from 1, betas are from 0 to below 1, epsilon is no less than 0, all are finite", "pass such numbers");
    }
}

}  // namespace

extern "C" lls_status lls_optimizer(const char* algorithm, const char* name, float* weight, const float* gradient, float* const* memory, int64_t size,
                                    const lls_optimizer_step* step) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_optimizer", "algorithm");
        requireNotNull(step, "lls_optimizer", "step");
        int64_t count = checkedSize("lls_optimizer", {size});
        requireArray(weight, count, "lls_optimizer", "weight");
        requireArray(gradient, count, "lls_optimizer", "gradient");
        requireStep(*step);
        auto kernel = chosen<Optimizer>("optimizer", algorithm, name);
        for (int i = 0; i < kernel->memories() && count > 0; i++) {
            requireNotNull(memory, "lls_optimizer", "memory");
            requireNotNull(memory[i], "lls_optimizer", i == 0 ? "memory[0]" : "memory[1]");
        }
        if (count > 0) {
            kernel->update(weight, gradient, memory, count, *step, *sharedWorkers());
        }
    });
}
