// The C surface of the room: results, everything that is refused, and failures of memory.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

#include "tests/matmul/operands.h"

using namespace matmultest;

namespace {

struct Refused {
    std::vector<float> memory = std::vector<float>(64, 1.0f);
    lls_matrix a{memory.data(), 2, 3, 3, 1}, b{memory.data() + 8, 3, 4, 4, 1}, c{memory.data() + 32, 2, 4, 4, 1};
    lls_status multiply(const float* bias = nullptr, int32_t accumulate = 0, const char* name = nullptr) const {
        return lls_matmul(name, &a, &b, bias, &c, accumulate);
    }
};

bool tells(const char* text) { return std::string(lls_last_error()).find(text) != std::string::npos; }

}  // namespace

TEST(MatmulSurface, RefusesWhatDoesNotFit) {
    Refused good;
    EXPECT_EQ(good.multiply(), LLS_OK);
    EXPECT_EQ(good.multiply(nullptr, 0, "naive"), LLS_OK);
    EXPECT_EQ(good.multiply(nullptr, 0, "no such"), LLS_NOT_FOUND);
    EXPECT_EQ(good.multiply(nullptr, 2), LLS_INVALID);
    EXPECT_EQ(good.multiply(good.memory.data(), 1), LLS_INVALID);
    EXPECT_EQ(lls_matmul(nullptr, nullptr, &good.b, nullptr, &good.c, 0), LLS_INVALID);
    EXPECT_TRUE(tells("lls_matmul got null for a"));
    EXPECT_EQ(lls_matmul(nullptr, &good.a, nullptr, nullptr, &good.c, 0), LLS_INVALID);
    EXPECT_EQ(lls_matmul(nullptr, &good.a, &good.b, nullptr, nullptr, 0), LLS_INVALID);
    Refused r;
    r.a.columns = 2;
    EXPECT_EQ(r.multiply(), LLS_SHAPE);
    EXPECT_TRUE(tells("(2, 2) times (3, 4)"));
    r = Refused();
    r.c.columns = 3;
    EXPECT_EQ(r.multiply(), LLS_SHAPE);
    r = Refused();
    r.b.data = nullptr;
    EXPECT_EQ(r.multiply(), LLS_INVALID);
    r = Refused();
    r.a.rows = r.c.rows = -1;
    EXPECT_EQ(r.multiply(), LLS_SHAPE);
    r = Refused();
    r.c.row_stride = 0;
    EXPECT_EQ(r.multiply(), LLS_SHAPE);
    EXPECT_TRUE(tells("stride of 0"));
    const int64_t most = std::numeric_limits<int64_t>::max(), least = std::numeric_limits<int64_t>::min();
    for (int64_t stride : {most, most / 2, most / 4, least, least + 1, least / 2}) {
        r = Refused();
        r.a.row_stride = stride;
        EXPECT_EQ(r.multiply(), LLS_SHAPE) << stride;
    }
    r = Refused();
    r.a.rows = r.c.rows = most;
    EXPECT_EQ(r.multiply(), LLS_SHAPE);
    r = Refused();
    r.a.rows = r.c.rows = int64_t{1} << 40, r.a.row_stride = r.c.row_stride = 0, r.a.columns = int64_t{1} << 40, r.b.rows = int64_t{1} << 40;
    EXPECT_EQ(r.multiply(), LLS_SHAPE);
}

TEST(MatmulSurface, BatchesAreChecked) {
    Refused r;
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, 0, &r.b, 0, &r.c, 8, 2, 0), LLS_OK);
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, 0, &r.b, 0, &r.c, 8, 0, 0), LLS_OK);
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, 0, &r.b, 0, &r.c, 0, 2, 0), LLS_SHAPE);
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, 0, &r.b, 0, &r.c, 8, -1, 0), LLS_INVALID);
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, 0, &r.b, 0, &r.c, std::numeric_limits<int64_t>::max() / 2, 3, 0), LLS_SHAPE);
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, std::numeric_limits<int64_t>::min(), &r.b, 0, &r.c, 8, 2, 0), LLS_SHAPE);
    EXPECT_EQ(lls_matmul_batch(nullptr, &r.a, 0, &r.b, 0, &r.c, 8, 2, 7), LLS_INVALID);
}

TEST(MatmulSurface, EmptyProducts) {
    float c[2] = {5, 5}, bias[2] = {3, 4};
    lls_matrix a{nullptr, 1, 0, 0, 1}, b{nullptr, 0, 2, 2, 1}, result{c, 1, 2, 2, 1};
    ASSERT_EQ(lls_matmul(nullptr, &a, &b, bias, &result, 0), LLS_OK);
    EXPECT_EQ(c[0], 3);
    EXPECT_EQ(c[1], 4);
    ASSERT_EQ(lls_matmul(nullptr, &a, &b, nullptr, &result, 0), LLS_OK);
    EXPECT_EQ(c[0], 0);
    lls_matrix none{nullptr, 0, 2, 2, 1}, empty{nullptr, 0, 0, 0, 1};
    EXPECT_EQ(lls_matmul(nullptr, &empty, &b, nullptr, &none, 0), LLS_OK);
    lls_weights w{nullptr, LLS_Q8_0, 2, 0};
    ASSERT_EQ(lls_matmul_weights(nullptr, &a, &w, bias, &result), LLS_OK) << lls_last_error();
    EXPECT_EQ(c[1], 4);
}

TEST(MatmulSurface, WeightsAreChecked) {
    std::mt19937 random(1);
    FileWeights file(LLS_Q8_0, 3, 64, random);
    std::vector<float> x(256, 1.0f), y(64);
    lls_matrix a{x.data(), 2, 64, 64, 1}, c{y.data(), 2, 3, 3, 1};
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &file.weights, nullptr, &c), LLS_OK) << lls_last_error();
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, nullptr, nullptr, &c), LLS_INVALID);
    lls_weights w = file.weights;
    w.columns = 63;
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_SHAPE);
    w = file.weights;
    const int none = 77;
    std::memcpy(&w.type, &none, sizeof none);
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_UNSUPPORTED);
    w.type = LLS_I32;
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_UNSUPPORTED);
    w = file.weights;
    w.data = nullptr;
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_INVALID);
    w = file.weights;
    w.rows = -3;
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_SHAPE);
    w = file.weights;
    w.rows = std::numeric_limits<int64_t>::max();
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_SHAPE);
    lls_memory_stats stats{};
    ASSERT_EQ(lls_memory_total(&stats), LLS_OK);
    ASSERT_EQ(lls_memory_limit(stats.live_bytes + (1 << 20)), LLS_OK);
    w.rows = 1 << 20;                                                 // refused before they are read
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &w, nullptr, &c), LLS_OUT_OF_MEMORY);
    ASSERT_EQ(lls_memory_limit(stats.limit_bytes), LLS_OK);
    a.columns = 32;
    EXPECT_EQ(lls_matmul_weights(nullptr, &a, &file.weights, nullptr, &c), LLS_SHAPE);
}

TEST(MatmulSurface, ArrangedWeightsAndTheirHandles) {
    std::mt19937 random(2);
    FileWeights file(LLS_F16, 45, 50, random);
    lls_handle arranged = 0;
    ASSERT_EQ(lls_arranged_create(&file.weights, &arranged), LLS_OK);
    const std::vector<float> wide = file.widened();
    for (Layout layout : LAYOUTS) {                                   // any strides: rows that do not lie side by side are copied
        Operand a(5, 50, layout, random), c(5, 45, layout, random), expected = c;
        std::vector<float> weights = wide;
        lls_matrix right{weights.data(), 50, 45, 1, 50};
        ASSERT_EQ(lls_matmul("naive", &a.matrix, &right, nullptr, &expected.matrix, 0), LLS_OK);
        ASSERT_EQ(lls_arranged_multiply(arranged, &a.matrix, nullptr, &c.matrix), LLS_OK);
        EXPECT_TRUE(c.sameBits(expected)) << static_cast<int>(layout);
    }
    Refused r;
    EXPECT_EQ(lls_arranged_multiply(arranged, &r.a, nullptr, &r.c), LLS_SHAPE);
    EXPECT_EQ(lls_arranged_multiply(arranged + 1000, &r.a, nullptr, &r.c), LLS_INVALID);
    EXPECT_EQ(lls_arranged_create(&file.weights, nullptr), LLS_INVALID);
    EXPECT_EQ(lls_arranged_close(arranged), LLS_OK);
    EXPECT_EQ(lls_arranged_close(arranged), LLS_INVALID);
    EXPECT_EQ(lls_arranged_close(0), LLS_OK);
    EXPECT_EQ(lls_arranged_multiply(arranged, &r.a, nullptr, &r.c), LLS_INVALID);
}

// With the n-th allocation failing, each call fails with an error or succeeds, and nothing stays.
TEST(MatmulSurface, FailuresOfMemory) {
    std::mt19937 random(4);
    for (lls_dtype type : {LLS_F32, LLS_Q8_0}) {
        FileWeights file(type, 70, 64, random);
        Operand a(30, 64, Layout::BOTH, random), c(30, 70, Layout::BOTH, random);
        lls_memory_stats before{}, after{};
        ASSERT_EQ(lls_memory_total(&before), LLS_OK);
        int failures = 0;
        for (int64_t n = 1; n <= 500; n++) {
            ASSERT_EQ(lls_memory_fail_at(n), LLS_OK);
            const lls_status status = lls_matmul_weights(nullptr, &a.matrix, &file.weights, nullptr, &c.matrix);
            ASSERT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY) << lls_last_error();
            failures += status != LLS_OK;
            lls_handle arranged = 0;
            const lls_status made = lls_arranged_create(&file.weights, &arranged);
            ASSERT_TRUE(made == LLS_OK || made == LLS_OUT_OF_MEMORY);
            ASSERT_EQ(lls_arranged_close(arranged), LLS_OK);
            ASSERT_EQ(lls_memory_fail_at(0), LLS_OK);
        }
        EXPECT_GE(failures, 3);                                       // the weights, and a copy of each matrix
        ASSERT_EQ(lls_memory_total(&after), LLS_OK);
        EXPECT_EQ(after.live_bytes, before.live_bytes);
    }
}
