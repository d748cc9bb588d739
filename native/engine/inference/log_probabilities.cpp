#include "engine/inference/log_probabilities.h"

#include <algorithm>
#include <cmath>

namespace llmsys {

LogScale::LogScale(const float* logits, int64_t v) {
    float max = -INFINITY;
    for (int64_t i = 0; i < v; i++) {
        max = std::max(max, logits[i]);
    }
    double sum = 0;
    for (int64_t i = 0; i < v; i++) {
        sum += std::exp(static_cast<double>(logits[i]) - static_cast<double>(max));
    }
    max_ = static_cast<double>(max);
    logSum_ = std::log(sum);
}

// Insertion into a short list: most logits fail at its last place.
int32_t likeliest(const float* logits, int64_t v, int32_t count, int32_t* ids) {
    int32_t held = 0;
    for (int64_t i = 0; i < v && count > 0; i++) {
        if (logits[i] == -INFINITY || (held == count && !(logits[i] > logits[ids[count - 1]]))) {
            continue;
        }
        int32_t place = held < count ? held++ : count - 1;
        for (; place > 0 && logits[i] > logits[ids[place - 1]]; place--) {
            ids[place] = ids[place - 1];
        }
        ids[place] = static_cast<int32_t>(i);
    }
    return held;
}

// x * 0 is 0 for a finite x, else NaN; eight sums, which do not wait for each other.
bool allFinite(const float* numbers, int64_t count) {
    float sums[8] = {};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int lane = 0; lane < 8; lane++) {
            sums[lane] += numbers[i + lane] * 0.0f;
        }
    }
    for (; i < count; i++) {
        sums[0] += numbers[i] * 0.0f;
    }
    float all = 0;
    for (float each : sums) {
        all += each;
    }
    return all == 0;
}

}  // namespace llmsys
