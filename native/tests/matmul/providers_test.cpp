// Every provider of class fma-k-ascending gives the bits of the naive loops, whatever the sizes, strides, start and threads, and writes nothing else.
#include <cmath>
#include <gtest/gtest.h>

#include "tests/matmul/operands.h"

using namespace matmultest;
using llmsys::Workers;

namespace {

const Implementation& naive() {
    static const Implementation only = *llmsys::Registry::process().find("matmul", "naive");
    return only;
}

enum class Start { ZERO, BIAS, ACCUMULATE };

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * 4) == 0);
}

void same(int64_t m, int64_t n, int64_t k, Layout la, Layout lb, Layout lc, Start start, Workers& workers) {
    std::mt19937 random(static_cast<unsigned>(m * 7919 + n * 104729 + k));
    const Operand a(m, k, la, random), b(k, n, lb, random), c(m, n, lc, random);
    const std::vector<float> bias = randomNumbers(n, random);
    const float* starts = start == Start::BIAS ? bias.data() : nullptr;
    Operand expected = c;
    kernelOf(naive()).multiply(a.matrix, b.matrix, starts, expected.matrix, start == Start::ACCUMULATE, workers);
    for (const Implementation& each : providers("fma-k-ascending")) {
        Operand actual = c;
        kernelOf(each).multiply(a.matrix, b.matrix, starts, actual.matrix, start == Start::ACCUMULATE, workers);
        ASSERT_TRUE(actual.sameBits(expected)) << each.name << " (" << m << "," << k << ")(" << k << "," << n << ") layouts " << static_cast<int>(la)
                                               << static_cast<int>(lb) << static_cast<int>(lc) << " start " << static_cast<int>(start);
    }
}

}  // namespace

TEST(MatmulProviders, AHandCheckedProduct) {
    Workers workers(2);
    float a[] = {1, 2, 3, 4, 5, 6}, b[] = {7, 8, 9, 10, 11, 12}, bias[] = {100, 200};
    for (const char* numerics : {"fma-k-ascending", "q8-blocks"}) {
        for (const Implementation& each : providers(numerics)) {
            float c[4] = {1, 1, 1, 1};
            Matrix left{a, 2, 3, 3, 1}, right{b, 3, 2, 2, 1}, result{c, 2, 2, 2, 1};
            kernelOf(each).multiply(left, right, bias, result, false, workers);
            EXPECT_EQ(std::vector<float>(c, c + 4), (std::vector<float>{158, 264, 239, 354})) << each.name;
            kernelOf(each).multiply(left, right, nullptr, result, true, workers);
            EXPECT_EQ(std::vector<float>(c, c + 4), (std::vector<float>{216, 328, 378, 508})) << each.name;
        }
    }
}

TEST(MatmulProviders, BitsOfTheNaiveLoopsAtAwkwardSizes) {
    Workers workers(2);
    const int64_t sizes[] = {0, 1, 2, 7, 13, 33, 61};
    for (int64_t m : sizes) {
        for (int64_t n : sizes) {
            for (int64_t k : sizes) {
                for (Start start : {Start::ZERO, Start::BIAS, Start::ACCUMULATE}) {
                    same(m, n, k, Layout::ROWS, Layout::ROWS, Layout::ROWS, start, workers);
                    if (HasFatalFailure()) {
                        return;
                    }
                }
            }
        }
    }
}

TEST(MatmulProviders, BitsOfTheNaiveLoopsWithAnyStrides) {
    Workers workers(2);
    const int64_t shapes[][3] = {{1, 40, 13}, {3, 1, 50}, {13, 45, 33}, {50, 70, 61}, {29, 130, 207}};
    for (auto& s : shapes) {
        for (Layout la : LAYOUTS) {
            for (Layout lb : LAYOUTS) {
                for (Layout lc : LAYOUTS) {
                    for (Start start : {Start::ZERO, Start::BIAS, Start::ACCUMULATE}) {
                        same(s[0], s[1], s[2], la, lb, lc, start, workers);
                        if (HasFatalFailure()) {
                            return;
                        }
                    }
                }
            }
        }
    }
}

TEST(MatmulProviders, BitsOfTheNaiveLoopsOverSeveralBlocksAndThreads) {
    for (int threads : {1, 2, 3}) {
        Workers workers(threads);
        same(207, 207, 207, Layout::ROWS, Layout::ROWS, Layout::ROWS, Start::BIAS, workers);
        same(64, 100, 2100, Layout::ROWS, Layout::COLUMNS, Layout::ROWS, Start::ACCUMULATE, workers);      // three blocks of k
        same(2060, 40, 33, Layout::COLUMNS, Layout::ROWS, Layout::ROWS, Start::BIAS, workers);             // two blocks of rows
        same(40, 2090, 33, Layout::GAPS, Layout::ROWS, Layout::BOTH, Start::BIAS, workers);
        same(256, 1, 300, Layout::ROWS, Layout::ROWS, Layout::ROWS, Start::BIAS, workers);
    }
}

TEST(MatmulProviders, NearTheExactProduct) {
    Workers workers(2);
    std::mt19937 random(3);
    const int64_t m = 61, n = 77, k = 207;
    Operand a(m, k, Layout::ROWS, random), b(k, n, Layout::COLUMNS, random), c(m, n, Layout::ROWS, random);
    for (const Implementation& each : providers("fma-k-ascending")) {
        kernelOf(each).multiply(a.matrix, b.matrix, nullptr, c.matrix, false, workers);
        for (int64_t i = 0; i < m; i++) {
            for (int64_t j = 0; j < n; j++) {
                double exact = 0, size = 0;
                for (int64_t x = 0; x < k; x++) {
                    const double product = static_cast<double>(a.at(i, x)) * b.at(x, j);
                    exact += product;
                    size += std::fabs(product);
                }
                ASSERT_NEAR(c.at(i, j), exact, 2.0 * k * 0x1p-24 * size) << each.name;
            }
        }
    }
}

TEST(MatmulProviders, BatchesAreTheProductsOneByOne) {
    Workers workers(3);
    std::mt19937 random(5);
    const int64_t count = 5;
    const int64_t shapes[][3] = {{1, 33, 13}, {13, 61, 16}, {64, 64, 32}, {0, 5, 4}, {5, 5, 0}, {260, 260, 260}};
    for (auto& s : shapes) {
        const int64_t m = s[0], n = s[1], k = s[2];
        std::vector<float> a = randomNumbers(count * m * k, random), b = randomNumbers(count * k * n, random),
                c = randomNumbers(count * m * n, random);
        for (bool turned : {false, true}) {
            for (bool accumulate : {false, true}) {
                for (bool shared : {false, true}) {
                    const Matrix left{a.data(), m, k, k, 1}, right{b.data(), k, n, turned ? 1 : n, turned ? k : 1};
                    std::vector<float> expected = c;
                    kernelOf(naive()).multiplyBatch(left, shared ? 0 : m * k, right, k * n, Matrix{expected.data(), m, n, n, 1}, m * n, count,
                            accumulate, workers);
                    for (const Implementation& each : providers("fma-k-ascending")) {
                        std::vector<float> actual = c;
                        kernelOf(each).multiplyBatch(left, shared ? 0 : m * k, right, k * n, Matrix{actual.data(), m, n, n, 1}, m * n, count,
                                accumulate, workers);
                        ASSERT_TRUE(sameBits(actual, expected)) << each.name << " " << m << " " << n << " " << k;
                    }
                }
            }
        }
    }
}

TEST(MatmulProviders, WhatIsNotFiniteStaysInItsRowAndColumn) {
    Workers workers(1);
    std::mt19937 random(9);
    for (const Implementation& each : providers("fma-k-ascending")) {
        Operand a(30, 50, Layout::ROWS, random), b(50, 70, Layout::ROWS, random), c(30, 70, Layout::ROWS, random);
        a.at(17, 20) = NAN;
        b.at(20, 33) = INFINITY;
        kernelOf(each).multiply(a.matrix, b.matrix, nullptr, c.matrix, false, workers);
        for (int64_t i = 0; i < 30; i++) {
            for (int64_t j = 0; j < 70; j++) {
                ASSERT_EQ(std::isfinite(c.at(i, j)), i != 17 && j != 33) << each.name << " " << i << " " << j;
            }
        }
    }
}
