// A weight matrix gives back every row exactly, whatever its type, and stacks parts.
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "engine/core/error.h"
#include "engine/tensor/quantization.h"
#include "engine/tensor/weight_matrix.h"

using namespace llmsys;

namespace {

std::vector<char> randomWeights(lls_dtype type, int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> numbers(static_cast<size_t>(count));
    for (float& each : numbers) {
        each = normal(random);
    }
    std::vector<char> bytes(static_cast<size_t>(bytesOf(type, count)) + 1);
    narrow(type, numbers.data(), count, bytes.data());
    return bytes;
}

lls_status statusOf(const std::vector<lls_weights>& parts) {
    try {
        WeightMatrix(parts, "test");
        return LLS_OK;
    } catch (const Error& e) {
        return e.status();
    }
}

}  // namespace

TEST(WeightMatrix, GivesRowsBackExactly) {
    for (lls_dtype type : {LLS_F32, LLS_F16, LLS_BF16, LLS_Q8_0, LLS_Q4_0}) {
        for (int64_t inputs : {32, 96}) {
            std::vector<lls_weights> parts;
            std::vector<std::vector<char>> memory;
            std::vector<float> expected;
            for (int64_t rows : {1, 0, 13, 45, 32}) {
                memory.push_back(randomWeights(type, rows * inputs, static_cast<unsigned>(rows)));
                parts.push_back({memory.back().data(), type, rows, inputs});
                std::vector<float> wide(static_cast<size_t>(rows * inputs));
                widen(type, memory.back().data(), rows * inputs, wide.data());
                expected.insert(expected.end(), wide.begin(), wide.end());
            }
            WeightMatrix w(parts, "test");
            EXPECT_EQ(w.type(), type);
            EXPECT_EQ(w.outputs(), 91);
            EXPECT_EQ(w.inputs(), inputs);
            EXPECT_EQ(w.panels(), 3);
            EXPECT_EQ(w.bytes(), bytesOf(type, inputs) * 96);
            std::vector<float> row(static_cast<size_t>(inputs));
            for (int64_t i = 0; i < 91; i++) {
                w.widen(i, row.data());
                EXPECT_TRUE(std::equal(row.begin(), row.end(), expected.begin() + i * inputs)) << nameOf(type) << " row " << i;
            }
        }
    }
}

TEST(WeightMatrix, RefusesWhatDoesNotFit) {
    std::vector<float> data(4096);
    EXPECT_EQ(statusOf({}), LLS_SHAPE);
    EXPECT_EQ(statusOf({{data.data(), LLS_F32, 4, 4}, {data.data(), LLS_F32, 4, 5}}), LLS_SHAPE);
    EXPECT_EQ(statusOf({{data.data(), LLS_F32, 4, 32}, {data.data(), LLS_F16, 4, 32}}), LLS_SHAPE);
    EXPECT_EQ(statusOf({{data.data(), LLS_Q8_0, 4, 33}}), LLS_SHAPE);
    EXPECT_EQ(statusOf({{data.data(), LLS_U8, 4, 32}}), LLS_UNSUPPORTED);
    EXPECT_EQ(statusOf({{nullptr, LLS_F32, 4, 4}}), LLS_INVALID);
    EXPECT_EQ(statusOf({{data.data(), LLS_F32, INT64_MAX, 4}, {data.data(), LLS_F32, INT64_MAX, 4}}), LLS_SHAPE);
    EXPECT_EQ(statusOf({{nullptr, LLS_F32, 0, 4}}), LLS_OK);
    EXPECT_EQ(statusOf({{nullptr, LLS_F32, 4, 0}}), LLS_OK);
}
