#include "engine/sampling/filters.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr float NEVER = -std::numeric_limits<float>::infinity();

void require(bool good, const char* filter, double setting, const char* range) {
    if (!good) {
        throw Error(LLS_INVALID, std::string("the filter ") + filter + " got " + std::to_string(setting), std::string("it takes ") + range,
                    "pass such a number");
    }
}

float largest(const float* logits, int64_t v) {
    float max = NEVER;
    for (int64_t id = 0; id < v; id++) {
        max = std::max(max, logits[id]);
    }
    return max;
}

// Numbers whose ascending order is: the highest logit first, of equals the lower id, NaN last.
std::vector<uint64_t> ranking(const float* logits, int64_t v) {
    std::vector<uint64_t> keys(static_cast<size_t>(v));
    for (int64_t id = 0; id < v; id++) {
        uint32_t bits = 0;
        std::memcpy(&bits, logits + id, 4);
        uint32_t ascending = bits >> 31 != 0 ? ~bits : bits | 0x80000000u;
        uint32_t falling = std::isnan(logits[id]) ? UINT32_MAX : ~ascending;
        keys[static_cast<size_t>(id)] = static_cast<uint64_t>(falling) << 32 | static_cast<uint32_t>(id);
    }
    return keys;
}

void rule(float* logits, const std::vector<uint64_t>& keys, size_t from) {
    for (size_t i = from; i < keys.size(); i++) {
        logits[keys[i] & UINT32_MAX] = NEVER;
    }
}

}  // namespace

void TemperatureFilter::apply(float* logits, int64_t v, double temperature) const {
    require(temperature >= 0 && temperature <= 100, "temperature", temperature, "0 to 100");
    float max = largest(logits, v);
    if (temperature == 0) {
        bool kept = false;
        for (int64_t id = 0; id < v; id++) {
            bool keep = !kept && logits[id] == max;
            kept = kept || keep;
            logits[id] = keep ? logits[id] : NEVER;
        }
        return;
    }
    if (max == NEVER) {
        return;
    }
    for (int64_t id = 0; id < v; id++) {                    // around the maximum, so that a tiny temperature does not carry the numbers out of range
        logits[id] = static_cast<float>(static_cast<double>(logits[id] - max) / temperature);
    }
}

void TopKFilter::apply(float* logits, int64_t v, double k) const {
    require(k >= 1 && k <= 1e15 && k == std::floor(k), "top-k", k, "a whole number from 1");
    if (k >= static_cast<double>(v)) {
        return;
    }
    std::vector<uint64_t> keys = ranking(logits, v);
    size_t kept = static_cast<size_t>(k);
    std::nth_element(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(kept), keys.end());
    rule(logits, keys, kept);
}

void TopPFilter::apply(float* logits, int64_t v, double p) const {
    require(p >= 0 && p <= 1, "top-p", p, "0 to 1");
    float max = largest(logits, v);
    if (p == 1 || v == 0 || max == NEVER) {
        return;
    }
    double sum = 0;
    for (int64_t id = 0; id < v; id++) {
        sum += logits[id] == NEVER ? 0 : std::exp(static_cast<double>(logits[id]) - max);
    }
    std::vector<uint64_t> keys = ranking(logits, v);
    double reached = 0;
    size_t kept = 0;
    size_t sorted = 0;
    do {
        if (kept == sorted) {                               // the nucleus is small as a rule: sort as far as it reaches
            size_t next = std::min(keys.size(), sorted == 0 ? size_t{256} : 4 * sorted);
            auto begin = keys.begin() + static_cast<ptrdiff_t>(sorted);
            auto end = keys.begin() + static_cast<ptrdiff_t>(next);
            if (next < keys.size()) {
                std::nth_element(begin, end, keys.end());
            }
            std::sort(begin, end);
            sorted = next;
        }
        float logit = logits[keys[kept++] & UINT32_MAX];
        reached += std::exp(static_cast<double>(logit) - max) / sum;
    } while (kept < keys.size() && reached < p);
    rule(logits, keys, kept);
}

void MinPFilter::apply(float* logits, int64_t v, double p) const {
    require(p >= 0 && p <= 1, "min-p", p, "0 to 1");
    double least = largest(logits, v) + std::log(p);        // ln 0 is minus infinity: nothing is below
    for (int64_t id = 0; id < v; id++) {
        if (logits[id] < least) {
            logits[id] = NEVER;
        }
    }
}

}  // namespace llmsys
