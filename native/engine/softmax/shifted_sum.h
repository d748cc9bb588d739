// The two numbers that a softmax of a row needs, apart from each other so that no exponential overflows. In double.
//
//   max = largest x        sum = sum of exp(x - max)        p(x) = exp(x - max) / sum        log p(x) = x - max - log sum
//
// Without one score above minus infinity the sum is 0 and every p is 0.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace llmsys {

struct ShiftedSum {
    double max = 0;
    double sum = 0;

    static ShiftedSum of(const float* x, int64_t count) {
        constexpr double NEVER = -std::numeric_limits<double>::infinity();
        double max = NEVER;
        for (int64_t i = 0; i < count; i++) {
            max = x[i] > max || x[i] != x[i] ? x[i] : max;           // NaN becomes the largest, and stays so
        }
        if (max == NEVER) {
            return {};
        }
        double sum = 0;
        for (int64_t i = 0; i < count; i++) {
            sum += std::exp(x[i] - max);
        }
        return {max, sum};
    }

    double probability(double x) const { return sum == 0 ? 0 : std::exp(x - max) / sum; }
    double logProbability(double x) const { return sum == 0 ? -std::numeric_limits<double>::infinity() : x - max - std::log(sum); }
};

}  // namespace llmsys
