// One step of every weight w with its gradient g, in double, rounded once. eta: learning rate, lambda: weight decay, t: step.
//
//   adamw  m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
//          w = (1 - eta lambda) w - eta (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
//   sgd    w = w - eta (g + lambda w)
//
// Loshchilov, Hutter 2017 (https://arxiv.org/abs/1711.05101); Robbins, Monro 1951.
#include "engine/optimizer/reference.h"

#include <cmath>

#include "engine/optimizer/rule.h"

namespace llmsys {

namespace {

class ReferenceAdamW final : public Optimizer {
public:
    int memories() const override { return 2; }

    void update(float* weight, const float* gradient, float* const* memory, int64_t size, const lls_optimizer_step& step, Workers&) const override {
        AdamRule rule(step);
        float* m = memory[0];
        float* v = memory[1];
        for (int64_t i = 0; i < size; i++) {
            double g = gradient[i];
            m[i] = static_cast<float>(step.beta1 * m[i] + (1 - step.beta1) * g);
            v[i] = static_cast<float>(step.beta2 * v[i] + (1 - step.beta2) * g * g);
            double direction = m[i] / rule.filled1 / (std::sqrt(v[i] / rule.filled2) + step.epsilon);
            weight[i] = static_cast<float>(rule.keep * weight[i] - step.learning_rate * direction);
        }
    }
};

class ReferenceGradientDescent final : public Optimizer {
public:
    int memories() const override { return 0; }

    void update(float* weight, const float* gradient, float* const*, int64_t size, const lls_optimizer_step& step, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            weight[i] = static_cast<float>(weight[i] - step.learning_rate * (gradient[i] + step.weight_decay * weight[i]));
        }
    }
};

}  // namespace

std::shared_ptr<const Optimizer> referenceAdamW() { return std::make_shared<ReferenceAdamW>(); }
std::shared_ptr<const Optimizer> referenceGradientDescent() { return std::make_shared<ReferenceGradientDescent>(); }

}  // namespace llmsys
