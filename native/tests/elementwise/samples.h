// What the tests of the operations share: numbers, the implementations that are there, comparisons, failing memory.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "engine/core/registry.h"
#include "llmsys.h"

namespace samples {

using Floats = std::vector<float>;

// About normal, the same for each seed.
inline Floats normal(uint64_t seed, int64_t count) {
    Floats numbers(static_cast<size_t>(count));
    uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (float& each : numbers) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            sum += static_cast<double>(state >> 11) / 9007199254740992.0 - 0.5;
        }
        each = static_cast<float>(sum * std::sqrt(3.0));
    }
    return numbers;
}

// Names of what computes an algorithm and can run here.
inline std::vector<std::string> implementations(const char* slot, const std::string& algorithm) {
    std::vector<std::string> names;
    for (const llmsys::Implementation& each : llmsys::Registry::process().list()) {
        if (each.slot == slot && each.algorithm == algorithm && each.usable) {
            names.push_back(each.name);
        }
    }
    return names;
}

inline std::string numericsOf(const char* slot, const std::string& name) { return llmsys::Registry::process().find(slot, name)->numerics; }

inline bool sameBits(const Floats& a, const Floats& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

inline void expectOk(lls_status status) { EXPECT_EQ(status, LLS_OK) << lls_last_error(); }

// A status with three lines, and no crash.
inline void expectRefused(lls_status expected, lls_status status) {
    EXPECT_EQ(status, expected) << lls_last_error();
    EXPECT_NE(std::string(lls_last_error()).find("\nwhy: "), std::string::npos);
    EXPECT_NE(std::string(lls_last_error()).find("\nfix: "), std::string::npos);
}

// The same bits with one thread and with several.
inline void expectSameWithThreads(const std::function<Floats()>& compute) {
    int32_t before = lls_threads();
    expectOk(lls_set_threads(1));
    Floats alone = compute();
    for (int32_t threads : {2, 3, 5}) {
        expectOk(lls_set_threads(threads));
        EXPECT_TRUE(sameBits(alone, compute())) << threads << " threads";
    }
    expectOk(lls_set_threads(before));
}

// The n-th allocation of a call fails: an error each time until there are none left to fail, and nothing stays allocated.
inline void expectSurvivesFailingMemory(const std::function<lls_status()>& call) {
    lls_memory_stats before{}, after{};
    expectOk(call());
    expectOk(lls_memory_total(&before));
    bool passed = false;
    for (int64_t n = 1; n <= 500 && !passed; n++) {
        expectOk(lls_memory_fail_at(n));
        lls_status status = call();
        expectOk(lls_memory_fail_at(0));
        expectOk(lls_memory_total(&after));
        EXPECT_EQ(before.live_bytes, after.live_bytes);
        passed = status == LLS_OK;
        EXPECT_TRUE(passed || status == LLS_OUT_OF_MEMORY) << status << " " << lls_last_error();
    }
    EXPECT_TRUE(passed);
}

}  // namespace samples
