// The optimizers over lanes: one pass over weight, gradient and both means. Formulas as in reference.cpp, with the divisions by constants drawn
// together:
//
//   w = keep w - (eta / filled1) m / (sqrt(v) / sqrt(filled2) + epsilon)
#include <cmath>

#include "engine/activation/lanes.h"
#include "engine/activation/pieces.h"
#include "engine/optimizer/optimizers.h"
#include "engine/optimizer/rule.h"

namespace llmsys::LANES {

namespace {

struct AdamFactors {
    explicit AdamFactors(const lls_optimizer_step& step) {
        AdamRule rule(step);
        beta1 = static_cast<float>(step.beta1);
        rest1 = static_cast<float>(1 - step.beta1);
        beta2 = static_cast<float>(step.beta2);
        rest2 = static_cast<float>(1 - step.beta2);
        keep = static_cast<float>(rule.keep);
        rate = static_cast<float>(-step.learning_rate / rule.filled1);
        fill = static_cast<float>(1 / std::sqrt(rule.filled2));
        epsilon = static_cast<float>(step.epsilon);
    }
    float beta1, rest1, beta2, rest2, keep, rate, fill, epsilon;
};

class LaneAdamW final : public Optimizer {
public:
    int memories() const override { return 2; }

    void update(float* weight, const float* gradient, float* const* memory, int64_t size, const lls_optimizer_step& step,
                Workers& workers) const override {
        AdamFactors factors(step);
        eachChunk(workers, size, [&](int64_t begin, int64_t end) {
            move(weight + begin, gradient + begin, memory[0] + begin, memory[1] + begin, end - begin, factors);
        });
    }

private:
    LANES_TARGET static void move(float* weight, const float* gradient, float* mean, float* square, int64_t size, const AdamFactors& by) {
        for (int64_t i = 0; i < size; i += 16) {
            int64_t left = size - i;
            Lanes g = read(gradient + i, left);
            Lanes m = fma(all(by.beta1), read(mean + i, left), all(by.rest1) * g);
            Lanes v = fma(all(by.beta2), read(square + i, left), all(by.rest2) * g * g);
            Lanes direction = m / fma(sqrt(v), all(by.fill), all(by.epsilon));
            write(mean + i, left, m);
            write(square + i, left, v);
            write(weight + i, left, fma(all(by.rate), direction, all(by.keep) * read(weight + i, left)));
        }
    }
};

class LaneGradientDescent final : public Optimizer {
public:
    int memories() const override { return 0; }

    void update(float* weight, const float* gradient, float* const*, int64_t size, const lls_optimizer_step& step, Workers& workers) const override {
        float rate = static_cast<float>(-step.learning_rate);
        float decay = static_cast<float>(step.weight_decay);
        eachChunk(workers, size, [&](int64_t begin, int64_t end) { move(weight + begin, gradient + begin, end - begin, rate, decay); });
    }

private:
    LANES_TARGET static void move(float* weight, const float* gradient, int64_t size, float rate, float decay) {
        for (int64_t i = 0; i < size; i += 16) {
            Lanes w = read(weight + i, size - i);
            write(weight + i, size - i, fma(all(rate), fma(all(decay), w, read(gradient + i, size - i)), w));
        }
    }
};

template <typename K>
Implementation listed(const char* algorithm, const char* reference, bool usable) {
    return {"optimizer", algorithm, std::string(algorithm) + SUFFIX, NUMERICS,
            "sixteen weights at once in one pass over memory",
            reference, RANKING, usable, std::make_shared<K>()};
}

}  // namespace

void addOptimizers(Registry& registry, bool usable) {
    registry.add(listed<LaneAdamW>("adamw", "https://arxiv.org/abs/1711.05101", usable));
    registry.add(listed<LaneGradientDescent>("sgd", "https://doi.org/10.1214/aoms/1177729586", usable));
}

}  // namespace llmsys::LANES
