// Products over weight matrices: exact providers give the bits of the naive product with the widened weights; those in whole numbers give the bits of
// their plain definition, and stay as near the widened product as eight bits of x allow.
#include <cmath>
#include <gtest/gtest.h>

#include "engine/core/cpu.h"
#include "engine/matmul/integer_rows.h"
#include "tests/matmul/operands.h"

using namespace matmultest;
using llmsys::WeightMatrix;
using llmsys::Workers;

namespace {

constexpr lls_dtype TYPES[] = {LLS_F32, LLS_F16, LLS_BF16, LLS_Q8_0, LLS_Q4_0};

// Of the naive loops with the widened weights.
Operand expectedProduct(const Operand& a, const FileWeights& file, const float* bias, const Operand& c, Workers& workers) {
    Operand expected = c;
    std::vector<float> wide = file.widened();
    const Matrix right{wide.data(), file.weights.columns, file.weights.rows, 1, file.weights.columns};
    kernelOf(*llmsys::Registry::process().find("matmul", "naive")).multiply(a.matrix, right, bias, expected.matrix, false, workers);
    return expected;
}

void exactly(lls_dtype type, int64_t m, int64_t n, int64_t k, Workers& workers) {
    std::mt19937 random(static_cast<unsigned>(m + 31 * n + 977 * k));
    const FileWeights file(type, n, k, random);
    const WeightMatrix w({file.weights}, "test");
    const Operand a(m, k, Layout::GAPS, random), c(m, n, Layout::GAPS, random);
    const std::vector<float> bias = randomNumbers(n, random);
    for (const float* starts : {static_cast<const float*>(nullptr), bias.data()}) {
        const Operand expected = expectedProduct(a, file, starts, c, workers);
        for (const Implementation& each : providers("fma-k-ascending")) {
            Operand actual = c;
            kernelOf(each).multiplyWeights(a.matrix, w, starts, actual.matrix, workers);
            ASSERT_TRUE(actual.sameBits(expected)) << each.name << " " << llmsys::nameOf(type) << " m " << m << " n " << n << " k " << k;
        }
    }
}

void inWholeNumbers(lls_dtype type, int64_t m, int64_t n, int64_t k, Workers& workers) {
    std::mt19937 random(static_cast<unsigned>(m + 31 * n + 977 * k));
    const FileWeights file(type, n, k, random);
    const WeightMatrix w({file.weights}, "test");
    Operand a(m, k, Layout::GAPS, random), c(m, n, Layout::GAPS, random);
    const std::vector<float> bias = randomNumbers(n, random);
    Workers one(1);
    Operand expected = c;
    kernelOf(*llmsys::Registry::process().find("matmul", "q8-blocks")).multiplyWeights(a.matrix, w, bias.data(), expected.matrix, one);
    for (const Implementation& each : providers("q8-blocks")) {
        Operand actual = c;
        kernelOf(each).multiplyWeights(a.matrix, w, bias.data(), actual.matrix, workers);
        ASSERT_TRUE(actual.sameBits(expected)) << each.name << " " << llmsys::nameOf(type) << " m " << m << " n " << n << " k " << k;
    }
    const std::vector<float> wide = file.widened();
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) {
            double exact = bias[static_cast<size_t>(j)], allowed = 1e-5;
            for (int64_t b = 0; b < k; b += 32) {
                double most = 0, sizes = 0;
                for (int64_t x = b; x < b + 32; x++) {
                    const double weight = wide[static_cast<size_t>(j * k + x)];
                    exact += a.at(i, x) * weight;
                    most = std::fmax(most, std::fabs(a.at(i, x)));
                    sizes += std::fabs(weight);
                }
                allowed += sizes * most * (0.501 / 127 + 1e-5);
            }
            ASSERT_NEAR(expected.at(i, j), exact, allowed) << llmsys::nameOf(type);
        }
    }
}

}  // namespace

TEST(MatmulWeights, ExactProvidersGiveTheBitsOfTheWidenedProduct) {
    Workers workers(2);
    for (lls_dtype type : TYPES) {
        for (int64_t m : {0, 1, 2, 8, 13, 25, 50}) {
            for (int64_t n : {0, 1, 13, 32, 33, 207}) {
                for (int64_t k : {0, 32, 96, 224}) {
                    exactly(type, m, n, k, workers);
                    if (HasFatalFailure()) {
                        return;
                    }
                }
            }
        }
    }
    for (lls_dtype type : {LLS_F32, LLS_F16, LLS_BF16}) {
        for (int64_t k : {1, 13, 207}) {
            exactly(type, 1, 45, k, workers);
            exactly(type, 30, 45, k, workers);
        }
    }
}

TEST(MatmulWeights, ExactOverSeveralBlocksOfInputsAndThreads) {
    for (int threads : {1, 3}) {
        Workers workers(threads);
        for (lls_dtype type : TYPES) {
            exactly(type, 1, 70, 2080, workers);
            exactly(type, 40, 70, 2080, workers);
        }
    }
}

TEST(MatmulWeights, WholeNumberProvidersGiveTheBitsOfTheirDefinition) {
    Workers workers(2);
    for (lls_dtype type : {LLS_Q8_0, LLS_Q4_0}) {
        for (int64_t m : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 20}) {
            for (int64_t n : {0, 1, 13, 16, 17, 32, 33, 70}) {
                for (int64_t k : {0, 32, 96}) {
                    inWholeNumbers(type, m, n, k, workers);
                    if (HasFatalFailure()) {
                        return;
                    }
                }
            }
        }
        inWholeNumbers(type, 207, 45, 288, workers);
        inWholeNumbers(type, 1, 300, 2048, workers);
    }
}

TEST(MatmulWeights, WholeNumberProvidersWithTheLargestCodes) {
    Workers workers(1);
    const int64_t k = 64, n = 32;
    for (int code : {-128, -127, 127}) {
        std::vector<uint8_t> bytes;
        for (int64_t i = 0; i < n * k / 32; i++) {
            bytes.push_back(0x00), bytes.push_back(0x3C);             // a scale of 1
            bytes.insert(bytes.end(), 32, static_cast<uint8_t>(static_cast<int8_t>(code)));
        }
        const WeightMatrix w({lls_weights{bytes.data(), LLS_Q8_0, n, k}}, "test");
        for (float sign : {-1.0f, 1.0f}) {
            std::vector<float> a(static_cast<size_t>(k), sign * 127), c(static_cast<size_t>(n));
            for (const Implementation& each : providers("q8-blocks")) {
                kernelOf(each).multiplyWeights(Matrix{a.data(), 1, k, k, 1}, w, nullptr, Matrix{c.data(), 1, n, n, 1}, workers);
                EXPECT_EQ(c, std::vector<float>(static_cast<size_t>(n), sign * 127 * static_cast<float>(code) * k)) << each.name;
            }
        }
    }
}

TEST(MatmulWeights, NarrowedRowsAreTheSameFromEveryKernel) {
    std::mt19937 random(11);
    std::vector<float> x = randomNumbers(7 * 96, random);
    for (int i = 0; i < 32; i++) {
        x[static_cast<size_t>(i)] = 0;                                // a block of zeros, one of the smallest, one that is not finite, ties
        x[static_cast<size_t>(32 + i)] = 0x1p-130f;
        x[static_cast<size_t>(96 + i)] = static_cast<float>(i) - 0.5f;
    }
    x[64] = INFINITY;
    x[96] = 127;
    x[300] = NAN;
    for (int64_t rows : {1, 3, 7}) {
        std::vector<uint8_t> expected(static_cast<size_t>(llmsys::integerBytes(rows, 3))), actual = expected;
        llmsys::narrowRows(x.data(), 96, rows, 3, 128, expected.data());
        for (const llmsys::IntegerKernel* kernel : {llmsys::integerKernelAvx2(), llmsys::integerKernelVnni()}) {
            if (kernel != nullptr && llmsys::Cpu::here().vnni) {
                kernel->narrow(x.data(), 96, rows, 3, 128, actual.data());
                EXPECT_EQ(actual, expected);
            }
        }
    }
}

TEST(MatmulWeights, WhatIsNotFiniteIsSeenInItsRow) {
    Workers workers(1);
    std::mt19937 random(13);
    const FileWeights file(LLS_Q8_0, 40, 64, random);
    const WeightMatrix w({file.weights}, "test");
    for (const char* numerics : {"fma-k-ascending", "q8-blocks"}) {
        for (const Implementation& each : providers(numerics)) {
            Operand a(3, 64, Layout::ROWS, random), c(3, 40, Layout::ROWS, random);
            a.at(1, 40) = -INFINITY;
            kernelOf(each).multiplyWeights(a.matrix, w, nullptr, c.matrix, workers);
            for (int64_t j = 0; j < 40; j++) {
                EXPECT_TRUE(std::isfinite(c.at(0, j)) && std::isfinite(c.at(2, j))) << each.name;
            }
            EXPECT_FALSE(std::isfinite(c.at(1, 3))) << each.name;
        }
    }
}
