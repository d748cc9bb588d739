#include "engine/sampling/samplers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr float NEVER = -std::numeric_limits<float>::infinity();

[[noreturn]] void refuse(const float* logits, int64_t v) {
    for (int64_t id = 0; id < v; id++) {
        if (!(logits[id] <= std::numeric_limits<float>::max())) {
            throw Error(LLS_NUMERIC, "the logit of token " + std::to_string(id) + " is " + (logits[id] > 0 ? "infinite" : "not a number"),
                        "no token can be chosen from that", "look for the first tensor that is not finite with a trace");
        }
    }
    throw Error(LLS_NUMERIC, "no token can be picked of " + std::to_string(v), "the logits of all are minus infinity", "use filters that leave one");
}

// The likeliest token, of equals the first; throws for logits that nothing can be picked from.
// Sixteen lanes keep their own largest, so that they do not wait for each other; then its first place is looked for.
int64_t likeliest(const float* logits, int64_t v) {
    constexpr int64_t LANES = 16;
    float most[LANES];
    int32_t strange[LANES] = {};
    std::fill_n(most, LANES, NEVER);
    int64_t id = 0;
    for (; id + LANES <= v; id += LANES) {
        for (int64_t lane = 0; lane < LANES; lane++) {
            const float logit = logits[id + lane];
            strange[lane] |= !(logit <= std::numeric_limits<float>::max());
            most[lane] = logit > most[lane] ? logit : most[lane];
        }
    }
    for (; id < v; id++) {
        strange[0] |= !(logits[id] <= std::numeric_limits<float>::max());
        most[0] = std::max(most[0], logits[id]);
    }
    const float best = *std::max_element(most, most + LANES);
    if (best == NEVER || std::any_of(strange, strange + LANES, [](int32_t each) { return each != 0; })) {
        refuse(logits, v);
    }
    return std::find(logits, logits + v, best) - logits;
}

}  // namespace

int32_t GreedySampler::pick(const float* logits, int64_t v, double) const { return static_cast<int32_t>(likeliest(logits, v)); }

int32_t CategoricalSampler::pick(const float* logits, int64_t v, double draw) const {
    double max = logits[likeliest(logits, v)];
    std::vector<double> p(static_cast<size_t>(v), 0);
    double sum = 0;
    for (size_t id = 0; id < p.size(); id++) {
        if (logits[id] != NEVER) {
            p[id] = std::exp(static_cast<double>(logits[id]) - max);
            sum += p[id];
        }
    }
    double reached = 0;
    int32_t last = 0;
    for (size_t id = 0; id < p.size(); id++) {
        if (p[id] > 0) {
            reached += p[id] / sum;
            last = static_cast<int32_t>(id);
            if (reached > draw) {
                return last;
            }
        }
    }
    return last;                                    // rounding left the sum a hair below the draw
}

}  // namespace llmsys
