// Rotary and sinusoidal positions: the formulas in double, both pairings, any strides, far positions; turning back is the inverse and the gradient;
// what makes rotary positions work: products of turned vectors depend on the distance alone.
#include "tests/elementwise/samples.h"

using namespace samples;

namespace {

struct Turned {
    int64_t B, NH, T, HS, row;
    Floats numbers;
    lls_heads heads;

    Turned(int64_t b, int64_t h, int64_t t, int64_t d) : B(b), NH(h), T(t), HS(d), row(h * d + 5), numbers(normal(1, b * t * row)) {
        heads = {numbers.data(), b, h, t, d, t * row, d, row};
    }
    Turned(const Turned&) = delete;
    float* at(int64_t b, int64_t h, int64_t t, int64_t i) { return numbers.data() + b * T * row + t * row + h * HS + i; }
};

std::vector<int32_t> positionsOf(int64_t t) {
    std::vector<int32_t> positions;
    for (int64_t i = 0; i < t; i++) {
        positions.push_back(static_cast<int32_t>(i == 3 ? 100000 : i == 5 ? 2000000000 : 2 * i));
    }
    return positions;
}

}  // namespace

TEST(Rope, TurnsPairsByTheirAngle) {
    const int64_t sizes[][4] = {{1, 1, 1, 2}, {2, 3, 13, 8}, {1, 2, 7, 48}, {1, 1, 0, 4}, {2, 1, 9, 200}, {1, 4, 40, 64}};
    for (const std::string& name : implementations("position", "rope")) {
        for (const auto& [b, h, t, d] : sizes) {
            for (int interleaved : {0, 1}) {
                for (int inverse : {0, 1}) {
                    Turned x(b, h, t, d);
                    Floats before = x.numbers;
                    std::vector<int32_t> positions = positionsOf(t);
                    expectOk(lls_rope(name.c_str(), &x.heads, positions.data(), nullptr, 10000, interleaved, inverse));
                    Floats after = x.numbers;
                    for (int64_t i = 0; i < b * h * t * (d / 2); i++) {
                        int64_t pair = i % (d / 2), row = i / (d / 2), place = row % t;
                        int64_t head = row / t % h, batch = row / t / h;
                        int64_t one = interleaved ? 2 * pair : pair, other = interleaved ? 2 * pair + 1 : pair + d / 2;
                        double angle = positions[static_cast<size_t>(place)] * std::pow(10000.0,
                                                                                        -2.0 * static_cast<double>(pair) / static_cast<double>(d));
                        double cosine = std::cos(angle), sine = (inverse ? -1 : 1) * std::sin(angle);
                        size_t offset = static_cast<size_t>(batch * t * x.row + place * x.row + head * d);
                        double a = before[offset + static_cast<size_t>(one)], c = before[offset + static_cast<size_t>(other)];
                        ASSERT_NEAR(after[offset + static_cast<size_t>(one)], a * cosine - c * sine,
                                    1e-6) << name << " position " << positions[static_cast<size_t>(place)];
                        ASSERT_NEAR(after[offset + static_cast<size_t>(other)], a * sine + c * cosine, 1e-6) << name;
                    }
                    for (int64_t r = 0; r < b * t; r++) {
                        for (int64_t i = h * d; i < x.row; i++) {
                            ASSERT_EQ(after[static_cast<size_t>(r * x.row + i)], before[static_cast<size_t>(r * x.row + i)]) << "outside the heads";
                        }
                    }
                    expectOk(lls_rope(name.c_str(), &x.heads, positions.data(), nullptr, 10000, interleaved, 1 - inverse));
                    for (size_t i = 0; i < before.size(); i++) {
                        ASSERT_NEAR(x.numbers[i], before[i], 2e-6) << name << " there and back";
                    }
                }
            }
        }
    }
}

TEST(Rope, ProductsDependOnTheDistance) {
    for (const std::string& name : implementations("position", "rope")) {
        double products[2];
        for (int i = 0; i < 2; i++) {
            Turned q(1, 1, 1, 32), k(1, 1, 1, 32);
            int32_t there = 17 + 40 * i, here = 5 + 40 * i;
            expectOk(lls_rope(name.c_str(), &q.heads, &there, nullptr, 10000, 1, 0));
            expectOk(lls_rope(name.c_str(), &k.heads, &here, nullptr, 10000, 1, 0));
            products[i] = 0;
            for (int64_t d = 0; d < 32; d++) {
                products[i] += static_cast<double>(*q.at(0, 0, 0, d)) * *k.at(0, 0, 0, d);
            }
        }
        EXPECT_NEAR(products[0], products[1], 1e-4) << name;
    }
}

TEST(Rope, TakesFrequenciesAndThreads) {
    for (const std::string& name : implementations("position", "rope")) {
        double quarter[] = {M_PI / 2};
        float x[] = {1, 0};
        lls_heads heads{x, 1, 1, 1, 2, 2, 2, 2};
        int32_t position = 1;
        expectOk(lls_rope(name.c_str(), &heads, &position, quarter, 0, 1, 0));
        EXPECT_NEAR(x[0], 0, 1e-7) << name << ": a quarter turn";
        EXPECT_NEAR(x[1], 1, 1e-7) << name;
        std::vector<int32_t> positions = positionsOf(300);
        expectSameWithThreads([&] {
            Turned many(2, 4, 300, 64);
            expectOk(lls_rope(name.c_str(), &many.heads, positions.data(), nullptr, 10000, 0, 0));
            return many.numbers;
        });
    }
}

TEST(Sinusoidal, AddsWaves) {
    for (const std::string& name : implementations("position", "sinusoidal")) {
        for (int64_t c : {1, 2, 13, 64, 207}) {
            for (int64_t start : {0, 5, 100000}) {
                Floats x = normal(2, 7 * c), before = x;
                expectOk(lls_sinusoidal(name.c_str(), x.data(), start, 7, c, 10000));
                for (int64_t i = 0; i < 7 * c; i++) {
                    int64_t t = i / c, d = i % c;
                    double angle = static_cast<double>(start + t) / std::pow(10000.0, static_cast<double>(d - d % 2) / static_cast<double>(c));
                    ASSERT_NEAR(x[static_cast<size_t>(i)], before[static_cast<size_t>(i)] + (d % 2 == 0 ? std::sin(angle) : std::cos(angle)),
                                1e-6) << name;
                }
            }
        }
        expectSameWithThreads([&] {
            Floats x = normal(3, 500 * 70);
            expectOk(lls_sinusoidal(name.c_str(), x.data(), 3, 500, 70, 10000));
            return x;
        });
        Floats x(70);
        expectSurvivesFailingMemory([&] { return lls_sinusoidal(name.c_str(), x.data(), 3, 1, 70, 10000); });
    }
}

TEST(Position, RefusesBadInput) {
    float x[8] = {};
    int32_t positions[] = {0, 1};
    lls_heads heads{x, 1, 1, 2, 4, 8, 8, 4};
    expectRefused(LLS_INVALID, lls_rope(nullptr, nullptr, positions, nullptr, 10000, 0, 0));
    expectRefused(LLS_INVALID, lls_rope(nullptr, &heads, nullptr, nullptr, 10000, 0, 0));
    expectRefused(LLS_INVALID, lls_rope(nullptr, &heads, positions, nullptr, 0, 0, 0));
    expectRefused(LLS_INVALID, lls_rope(nullptr, &heads, positions, nullptr, NAN, 0, 0));
    expectRefused(LLS_NOT_FOUND, lls_rope("none", &heads, positions, nullptr, 10000, 0, 0));
    expectRefused(LLS_INVALID, lls_rope("sinusoidal", &heads, positions, nullptr, 10000, 0, 0));
    lls_heads odd = heads;
    odd.width = 3;
    expectRefused(LLS_SHAPE, lls_rope(nullptr, &odd, positions, nullptr, 10000, 0, 0));
    lls_heads folded = heads;
    folded.row_stride = 0;
    expectRefused(LLS_SHAPE, lls_rope(nullptr, &folded, positions, nullptr, 10000, 0, 0));
    expectRefused(LLS_INVALID, lls_sinusoidal(nullptr, nullptr, 0, 2, 4, 10000));
    expectRefused(LLS_INVALID, lls_sinusoidal(nullptr, x, -1, 2, 4, 10000));
    expectRefused(LLS_INVALID, lls_sinusoidal(nullptr, x, 0, -2, 4, 10000));
    expectRefused(LLS_INVALID, lls_sinusoidal(nullptr, x, 0, 2, 4, -1));
    expectRefused(LLS_INVALID, lls_sinusoidal(nullptr, x, INT64_MAX, 2, 4, 10000));
    expectRefused(LLS_SHAPE, lls_sinusoidal(nullptr, x, 0, INT64_MAX, 4, 10000));
}
