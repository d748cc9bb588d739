// Logits to log-probabilities, in double.
//
//   ln p(v) = l_v - max - ln sum over u of exp(l_u - max)          subtracting the maximum keeps exp in range
#pragma once

#include <cstdint>

namespace llmsys {

// What all logits of a place are measured against; the two are taken off one after the other, as their sum would lose the smaller.
class LogScale {
public:
    LogScale(const float* logits, int64_t v);
    double of(float logit) const noexcept { return static_cast<double>(logit) - max_ - logSum_; }

private:
    double max_;
    double logSum_;
};

// The ids of the `count` largest logits, of equals the lower id first; minus infinity is never named. Returns how many.
int32_t likeliest(const float* logits, int64_t v, int32_t count, int32_t* ids);

bool allFinite(const float* numbers, int64_t count);

}  // namespace llmsys
