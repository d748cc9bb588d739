// Every softmax: the formula in double to 1e-6, its gradient by finite differences, added or overwritten; minus infinity, large scores, NaN; bits
// that do not depend on threads; bad input at the C surface.
#include "tests/elementwise/samples.h"

using namespace samples;

namespace {

constexpr float NEVER = -std::numeric_limits<float>::infinity();
const char* const ALGORITHMS[] = {"softmax", "log-softmax"};

std::vector<double> exact(const std::string& algorithm, const std::vector<double>& x) {
    double max = -INFINITY, sum = 0;
    for (double each : x) {
        max = std::max(max, each);
    }
    for (double each : x) {
        sum += std::exp(each - max);
    }
    std::vector<double> y;
    for (double each : x) {
        y.push_back(algorithm == "softmax" ? std::exp(each - max) / sum : each - max - std::log(sum));
    }
    return y;
}

Floats forward(const char* algorithm, const std::string& name, const Floats& x, int64_t rows, int64_t columns) {
    Floats y(x.size(), 99);
    expectOk(lls_softmax(algorithm, name.c_str(), x.data(), y.data(), rows, columns));
    return y;
}

Floats backward(const char* algorithm, const std::string& name, const Floats& y, const Floats& gradY, Floats gradX, int64_t rows, int64_t columns,
                bool add) {
    expectOk(lls_softmax_backward(algorithm, name.c_str(), y.data(), gradY.data(), gradX.data(), rows, columns, add ? 1 : 0));
    return gradX;
}

}  // namespace

TEST(Softmax, IsTheFormulaForwardAndBack) {
    const int64_t shapes[][2] = {{0, 5}, {3, 0}, {1, 1}, {1, 13}, {6, 16}, {7, 65}, {2, 207}, {300, 130}, {2, 5000}};
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("softmax", algorithm)) {
            for (const auto& [rows, columns] : shapes) {
                Floats x = normal(1, rows * columns), y = forward(algorithm, name, x, rows, columns), place = x;
                expectOk(lls_softmax(algorithm, name.c_str(), place.data(), place.data(), rows, columns));
                EXPECT_TRUE(sameBits(y, place)) << name << " in place";
                Floats gradY = normal(2, rows * columns), start = normal(3, rows * columns);
                Floats written = backward(algorithm, name, y, gradY, Floats(x.size(), NAN), rows, columns, false);
                Floats added = backward(algorithm, name, y, gradY, start, rows, columns, true);
                for (int64_t r = 0; r < rows; r++) {
                    std::vector<double> row(x.begin() + r * columns, x.begin() + (r + 1) * columns), expected = exact(algorithm, row);
                    for (int64_t c = 0; c < columns; c++) {
                        size_t at = static_cast<size_t>(r * columns + c);
                        ASSERT_NEAR(y[at], expected[static_cast<size_t>(c)],
                                    1e-6 * std::max(1.0, std::abs(expected[static_cast<size_t>(c)]))) << name;
                        if (columns > 300 && c % 97 != 0) {
                            continue;
                        }
                        double h = 1e-5, kept = row[static_cast<size_t>(c)], slope = 0;
                        row[static_cast<size_t>(c)] = kept + h;
                        std::vector<double> up = exact(algorithm, row);
                        row[static_cast<size_t>(c)] = kept - h;
                        std::vector<double> down = exact(algorithm, row);
                        row[static_cast<size_t>(c)] = kept;
                        for (int64_t i = 0; i < columns; i++) {
                            slope += gradY[static_cast<size_t>(r * columns + i)] * (up[static_cast<size_t>(i)] - down[static_cast<size_t>(i)])
                                    / (2 * h);
                        }
                        ASSERT_NEAR(written[at], slope, 3e-6 * std::max(1.0,
                                                                        std::abs(slope))) << name << " slope (" << r << "," << c << ") of "
                                                                                << columns;
                        ASSERT_NEAR(added[at], start[at] + slope, 3e-6 * std::max(1.0, std::abs(slope))) << name;
                    }
                }
            }
        }
    }
}

TEST(Softmax, KnowsTheEnds) {
    for (const char* algorithm : ALGORITHMS) {
        bool logs = std::string(algorithm) == "log-softmax";
        for (const std::string& name : implementations("softmax", algorithm)) {
            Floats far = forward(algorithm, name, {1000, -1000, 1000, 1000}, 2, 2);
            EXPECT_NEAR(far[1], logs ? -2000 : 0, 1e-3) << name;
            EXPECT_NEAR(far[2], logs ? std::log(0.5) : 0.5, 1e-6) << name;
            Floats some = forward(algorithm, name, {0, NEVER, 0, NEVER, NEVER, NEVER}, 2, 3);
            EXPECT_NEAR(some[0], logs ? std::log(0.5) : 0.5, 1e-6);
            EXPECT_EQ(some[1], logs ? NEVER : 0);
            for (size_t i = 3; i < 6; i++) {
                EXPECT_EQ(some[i], logs ? NEVER : 0) << name << ": a row of nothing";
            }
            Floats slopes = backward(algorithm, name, some, {1, 2, 3, 4, 5, 6}, Floats(6, 0), 2, 3, true);
            EXPECT_TRUE(slopes[3] == 0 && slopes[4] == 0 && slopes[5] == 0 && std::isfinite(slopes[0] + slopes[1] + slopes[2])) << name;
            for (const Floats& row : {Floats{1, NAN, 2}, Floats{NAN, NEVER, NEVER}, Floats{100, NAN, 1}}) {
                Floats lost = forward(algorithm, name, row, 1, 3);
                EXPECT_TRUE(std::isnan(lost[0]) && std::isnan(lost[2])) << name << ": NaN stays NaN";
            }
        }
    }
}

TEST(Softmax, BitsDependOnTheRowAlone) {
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("softmax", algorithm)) {
            Floats x = normal(7, 500 * 77), gradY = normal(8, 500 * 77);
            expectSameWithThreads([&] {
                Floats y = forward(algorithm, name, x, 500, 77), gradX = backward(algorithm, name, y, gradY, Floats(y.size()), 500, 77, false);
                y.insert(y.end(), gradX.begin(), gradX.end());
                return y;
            });
            for (const std::string& other : implementations("softmax", algorithm)) {
                if (numericsOf("softmax", name) == numericsOf("softmax", other)) {
                    EXPECT_TRUE(sameBits(forward(algorithm, name, x, 500, 77), forward(algorithm, other, x, 500, 77))) << name << " and " << other;
                }
            }
        }
    }
}

TEST(Softmax, RefusesBadInput) {
    float x[4] = {};
    expectRefused(LLS_INVALID, lls_softmax(nullptr, nullptr, x, x, 2, 2));
    expectRefused(LLS_NOT_FOUND, lls_softmax("hardmax", nullptr, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_softmax("softmax", "log-softmax", x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_softmax("softmax", nullptr, nullptr, x, 2, 2));
    expectRefused(LLS_INVALID, lls_softmax("softmax", nullptr, x, nullptr, 2, 2));
    expectRefused(LLS_INVALID, lls_softmax("softmax", nullptr, x, x, -2, 2));
    expectRefused(LLS_SHAPE, lls_softmax("softmax", nullptr, x, x, INT64_MAX / 2, 3));
    expectRefused(LLS_SHAPE, lls_softmax("softmax", nullptr, x, x, 0, INT64_MAX));
    expectRefused(LLS_INVALID, lls_softmax_backward("softmax", nullptr, x, nullptr, x, 2, 2, 0));
    expectRefused(LLS_INVALID, lls_softmax_backward("softmax", nullptr, nullptr, x, x, 2, 2, 0));
    expectRefused(LLS_INVALID, lls_softmax_backward("softmax", nullptr, x, x, nullptr, 2, 2, 0));
}
