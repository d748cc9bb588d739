// Which token comes next, of logits (V) where a token that may not come has minus infinity.
//
//   greedy        id = argmax logits[v], of equals the lowest id
//   categorical   p = softmax(logits);  id = the first with p_0 + ... + p_id > u,  u uniform in [0, 1)
//
// Sums in double, ids ascending, so the same draw always picks the same token. Both throw Error LLS_NUMERIC for NaN, plus infinity, or when nothing
// may come.
#pragma once

#include "engine/core/kernels.h"

namespace llmsys {

class GreedySampler final : public Sampler {
public:
    int32_t pick(const float* logits, int64_t v, double draw) const override;
};

class CategoricalSampler final : public Sampler {
public:
    int32_t pick(const float* logits, int64_t v, double draw) const override;
};

}  // namespace llmsys
