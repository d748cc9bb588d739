// What a softmax needs of a row, over lanes: its largest score, and the sum of exp(x - largest). Include one of the lanes_*.h first.
// Four partial results side by side, joined in a fixed order: shorter chains, and smaller rounding errors in long rows.
#pragma once

#include <limits>

#include "engine/activation/exponential.h"
#include "engine/activation/pieces.h"

namespace llmsys::LANES {

constexpr float NEVER = -std::numeric_limits<float>::infinity();

// NaN does not count: a row of it alone gives minus infinity.
LANES_INLINE float largestOf(const float* x, int64_t count) {
    Lanes a = all(NEVER), b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + 64 <= count; i += 64) {
        a = max(load(x + i), a);
        b = max(load(x + i + 16), b);
        c = max(load(x + i + 32), c);
        d = max(load(x + i + 48), d);
    }
    for (; i < count; i += 16) {
        a = max(readOr(x + i, count - i, all(NEVER)), a);
    }
    return largest(max(max(a, b), max(c, d)));
}

// Sum of exp(x - max).
LANES_INLINE float sumOfExp(const float* x, int64_t count, float max) {
    Lanes shift = all(max);
    Lanes a = all(0.0f), b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + 64 <= count; i += 64) {
        a = a + expOfBounded(load(x + i) - shift);
        b = b + expOfBounded(load(x + i + 16) - shift);
        c = c + expOfBounded(load(x + i + 32) - shift);
        d = d + expOfBounded(load(x + i + 48) - shift);
    }
    for (; i < count; i += 16) {
        a = a + only(count - i, expOfBounded(read(x + i, count - i) - shift));
    }
    return sum((a + b) + (c + d));
}

// What a row without a score above minus infinity has for probabilities: 0, or NaN when there is one in it.
inline float emptyRow(const float* x, int64_t count) {
    float value = 0;
    for (int64_t i = 0; i < count; i++) {
        value = x[i] != x[i] ? x[i] : value;
    }
    return value;
}

}  // namespace llmsys::LANES
