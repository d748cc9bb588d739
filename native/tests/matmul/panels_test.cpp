// lls_matmul_panels: panels that the caller keeps, in every type, by every kernel, against naive sums in double; what lies past the last output is
// never used; no inputs, no rows, no outputs; NaN and infinity go where the formula lets them.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "tests/matmul/operands.h"

using namespace matmultest;

namespace {

constexpr int64_t LANES = 32;
constexpr float NOT_A_NUMBER = std::numeric_limits<float>::quiet_NaN();

// Weights of a file laid into panels, as llmsys.h describes them; the rest of the last panel is what must not be used.
struct Panels {
    std::vector<char> data;
    std::vector<float> scales;
    lls_panels panels{};

    Panels(const FileWeights& file) {
        const int64_t n = file.weights.rows, k = file.weights.columns, width = (n + LANES - 1) / LANES * LANES;
        const char* from = file.bytes.data();
        switch (file.weights.type) {
            case LLS_F32: plain(from, n, k, width, 4); break;
            case LLS_F16: case LLS_BF16: plain(from, n, k, width, 2); break;
            case LLS_Q8_0: blocks(from, n, k, width, 32); break;
            default: blocks(from, n, k, width, 16); break;
        }
        panels = {data.data(), scales.empty() ? nullptr : scales.data(), file.weights.type, k, n};
    }

private:
    void plain(const char* from, int64_t n, int64_t k, int64_t width, int64_t size) {
        data.assign(static_cast<size_t>(width * k * size), static_cast<char>(0xFF));                 // NaN in each of the three types
        for (int64_t o = 0; o < n; o++) {
            for (int64_t input = 0; input < k; input++) {
                char* to = data.data() + ((o / LANES * k + input) * LANES + o % LANES) * size;
                std::memcpy(to, from + (o * k + input) * size, static_cast<size_t>(size));
            }
        }
    }

    // A block of a file: its scale in half precision, then 32 bytes, or 16 of which each holds inputs j and j + 16.
    void blocks(const char* from, int64_t n, int64_t k, int64_t width, int64_t bytes) {
        const int64_t count = k / 32;
        data.assign(static_cast<size_t>(width * count * bytes), 99);
        scales.assign(static_cast<size_t>(width * count), NOT_A_NUMBER);
        for (int64_t o = 0; o < n; o++) {
            for (int64_t b = 0; b < count; b++, from += 2 + bytes) {
                const int64_t place = o / LANES * count + b;
                uint16_t half;
                std::memcpy(&half, from, 2);
                scales[static_cast<size_t>(place * LANES + o % LANES)] = llmsys::halfToFloat(half);
                for (int64_t j = 0; j < bytes; j++) {
                    data[static_cast<size_t>((place * bytes + j) * LANES + o % LANES)] = from[2 + j];
                }
            }
        }
    }
};

std::vector<Implementation> kernels() {
    std::vector<Implementation> found;
    for (const Implementation& each : llmsys::Registry::process().list()) {
        if (each.slot == "matmul" && each.usable) {
            found.push_back(each);
        }
    }
    return found;
}

// C of every kernel against sums in double over the widened weights; all exact kernels give the same bits.
void compare(lls_dtype type, int64_t m, int64_t n, int64_t k) {
    std::mt19937 random(static_cast<unsigned>(m + 31 * n + 977 * k));
    const FileWeights file(type, n, k, random);
    const Panels packed(file);
    const std::vector<float> wide = file.widened(), bias = randomNumbers(n, random);
    Operand a(m, k, Layout::GAPS, random);
    const Operand before(m, n, Layout::GAPS, random);
    for (const float* starts : {static_cast<const float*>(nullptr), bias.data()}) {
        std::vector<Operand> exact;
        for (const Implementation& each : kernels()) {
            Operand c = before;
            ASSERT_EQ(lls_matmul_panels(each.name.c_str(), &a.matrix, &packed.panels, starts, &c.matrix), LLS_OK) << lls_last_error();
            for (int64_t i = 0; i < m; i++) {
                for (int64_t o = 0; o < n; o++) {
                    double sum = starts == nullptr ? 0 : static_cast<double>(starts[o]), size = std::fabs(sum);
                    for (int64_t t = 0; t < k; t++) {
                        double product = static_cast<double>(a.at(i, t)) * static_cast<double>(wide[static_cast<size_t>(o * k + t)]);
                        sum += product;
                        size += std::fabs(product);
                    }
                    ASSERT_NEAR(static_cast<double>(c.at(i, o)), sum, 1e-7 * static_cast<double>(k + 2) * size)
                        << each.name << " " << llmsys::nameOf(type) << " m " << m << " n " << n << " k " << k << " at " << i << ", " << o;
                }
            }
            if (each.numerics == "fma-k-ascending") {
                exact.push_back(c);
                ASSERT_TRUE(c.sameBits(exact.front())) << each.name << " " << llmsys::nameOf(type);
            }
        }
        ASSERT_GE(exact.size(), 2u);
    }
}

}  // namespace

TEST(MatmulPanels, EveryKernelAndTypeAgainstSumsInDouble) {
    for (lls_dtype type : {LLS_F32, LLS_F16, LLS_BF16, LLS_Q8_0, LLS_Q4_0}) {
        const bool blocks = type == LLS_Q8_0 || type == LLS_Q4_0;
        for (int64_t m : {1, 2, 5, 13}) {
            for (int64_t n : {1, 13, 32, 33, 207}) {
                for (int64_t k : blocks ? std::vector<int64_t>{32, 96, 224} : std::vector<int64_t>{1, 13, 32, 207}) {
                    ASSERT_NO_FATAL_FAILURE(compare(type, m, n, k));
                }
            }
        }
    }
}

TEST(MatmulPanels, NoInputsLeaveTheBiasAndNoRowsOrOutputsNothing) {
    std::mt19937 random(3);
    for (lls_dtype type : {LLS_F32, LLS_F16, LLS_BF16, LLS_Q8_0, LLS_Q4_0}) {
        ASSERT_NO_FATAL_FAILURE(compare(type, 3, 13, 0));
        ASSERT_NO_FATAL_FAILURE(compare(type, 0, 13, 32));
        ASSERT_NO_FATAL_FAILURE(compare(type, 3, 0, 32));
    }
}

TEST(MatmulPanels, NotANumberAndInfinityStayInTheirRowAndColumn) {
    constexpr int64_t M = 5, K = 13, N = 45;
    for (const Implementation& each : kernels()) {
        std::mt19937 random(5);
        FileWeights file(LLS_F32, N, K, random);
        const float infinite = INFINITY;
        std::memcpy(file.bytes.data() + (37 * K + 4) * 4, &infinite, 4);
        const Panels packed(file);
        Operand a(M, K, Layout::GAPS, random);
        Operand c(M, N, Layout::GAPS, random);
        a.at(2, 11) = NOT_A_NUMBER;
        a.at(4, 4) = 0;                                          // 0 times infinity
        ASSERT_EQ(lls_matmul_panels(each.name.c_str(), &a.matrix, &packed.panels, nullptr, &c.matrix), LLS_OK) << lls_last_error();
        for (int64_t i = 0; i < M; i++) {
            for (int64_t o = 0; o < N; o++) {
                if (i == 2 || (i == 4 && o == 37)) {
                    EXPECT_TRUE(std::isnan(c.at(i, o))) << each.name << " " << i << " " << o;
                } else if (o == 37) {
                    EXPECT_TRUE(std::isinf(c.at(i, o)) && std::signbit(c.at(i, o)) == std::signbit(a.at(i, 4))) << each.name << " " << i;
                } else {
                    EXPECT_TRUE(std::isfinite(c.at(i, o))) << each.name << " " << i << " " << o;
                }
            }
        }
    }
}
