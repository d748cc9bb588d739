// Every normalization: each row as the formula in double says, to 1e-5; gradients by finite differences of it; gradGamma and gradBeta added; rows
// far from zero and of equal numbers; bits that do not depend on threads; failing memory and bad input at the C surface.
#include "tests/elementwise/samples.h"

using namespace samples;

namespace {

constexpr float EPS = 1e-5f;
const char* const ALGORITHMS[] = {"layernorm", "rmsnorm"};

std::vector<double> exact(const std::string& algorithm, const std::vector<double>& x, const Floats* gamma, const Floats* beta) {
    double mean = 0, square = 0;
    for (double each : x) {
        mean += algorithm == "layernorm" ? each / static_cast<double>(x.size()) : 0;
    }
    for (double each : x) {
        square += (each - mean) * (each - mean) / static_cast<double>(x.size());
    }
    std::vector<double> y;
    for (size_t c = 0; c < x.size(); c++) {
        y.push_back((gamma ? (*gamma)[c] : 1.0) * (x[c] - mean) / std::sqrt(square + EPS) + (beta ? (*beta)[c] : 0.0));
    }
    return y;
}

struct Case {
    int64_t rows, columns;
    Floats x, gamma, beta, gradY, y, saved, gradX, gradGamma, gradBeta;

    Case(int64_t r, int64_t c)
        : rows(r), columns(c), x(normal(1, r * c)), gamma(normal(2, c)), beta(normal(3, c)), gradY(normal(4, r * c)), y(x.size(), 99),
          saved(static_cast<size_t>(2 * r), 99), gradX(x.size(), NAN), gradGamma(normal(6, c)), gradBeta(normal(7, c)) {}

    void forward(const char* algorithm, const std::string& name, bool withGamma, bool withBeta) {
        expectOk(lls_normalization(algorithm, name.c_str(), x.data(), withGamma ? gamma.data() : nullptr, withBeta ? beta.data() : nullptr, EPS,
                                   y.data(), saved.data(), rows, columns));
    }
    void backward(const char* algorithm, const std::string& name, bool withGamma) {
        expectOk(lls_normalization_backward(algorithm, name.c_str(), x.data(), withGamma ? gamma.data() : nullptr, saved.data(), gradY.data(),
                                            gradX.data(), gradGamma.data(), gradBeta.data(), rows, columns));
    }
    std::vector<double> row(int64_t n) const { return {x.begin() + n * columns, x.begin() + (n + 1) * columns}; }
};

}  // namespace

TEST(Normalization, IsTheFormula) {
    const int64_t shapes[][2] = {{0, 4}, {1, 1}, {3, 13}, {5, 128}, {2, 207}, {150, 33}, {3, 4096}};
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("normalization", algorithm)) {
            for (const auto& [rows, columns] : shapes) {
                for (int with = 0; with < 4; with++) {
                    Case c(rows, columns);
                    c.forward(algorithm, name, with & 1, with & 2);
                    for (int64_t n = 0; n < rows; n++) {
                        std::vector<double> expected = exact(algorithm, c.row(n), with & 1 ? &c.gamma : nullptr, with & 2 ? &c.beta : nullptr);
                        for (int64_t i = 0; i < columns; i++) {
                            double value = expected[static_cast<size_t>(i)];
                            ASSERT_NEAR(c.y[static_cast<size_t>(n * columns + i)], value, 1e-5 * std::max(1.0, std::abs(value))) << name;
                        }
                    }
                }
            }
        }
    }
}

TEST(Normalization, GradientsAreThoseOfFiniteDifferences) {
    const int64_t shapes[][2] = {{1, 1}, {3, 13}, {40, 35}, {2, 207}};
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("normalization", algorithm)) {
            for (const auto& [rows, columns] : shapes) {
                for (bool withGamma : {true, false}) {
                    Case c(rows, columns);
                    Floats gammaBefore = c.gradGamma, betaBefore = c.gradBeta;
                    c.forward(algorithm, name, withGamma, true);
                    c.backward(algorithm, name, withGamma);
                    std::vector<double> dGamma(gammaBefore.begin(), gammaBefore.end()), dBeta(betaBefore.begin(), betaBefore.end());
                    for (int64_t n = 0; n < rows; n++) {
                        std::vector<double> row = c.row(n), h = exact(algorithm, row, nullptr, nullptr);
                        auto weighted = [&] {
                            std::vector<double> y = exact(algorithm, row, withGamma ? &c.gamma : nullptr, nullptr);
                            double sum = 0;
                            for (int64_t i = 0; i < columns; i++) {
                                sum += y[static_cast<size_t>(i)] * c.gradY[static_cast<size_t>(n * columns + i)];
                            }
                            return sum;
                        };
                        for (int64_t i = 0; i < columns; i++) {
                            size_t at = static_cast<size_t>(i);
                            double kept = row[at], step = 1e-5;
                            row[at] = kept + step;
                            double up = weighted();
                            row[at] = kept - step;
                            double slope = (up - weighted()) / (2 * step);
                            row[at] = kept;
                            ASSERT_NEAR(c.gradX[static_cast<size_t>(n * columns + i)], slope, 2e-4 * std::max(1.0, std::abs(slope))) << name;
                            dGamma[at] += c.gradY[static_cast<size_t>(n * columns + i)] * h[at];
                            dBeta[at] += c.gradY[static_cast<size_t>(n * columns + i)];
                        }
                    }
                    for (size_t i = 0; i < dGamma.size(); i++) {
                        ASSERT_NEAR(c.gradGamma[i], dGamma[i], 1e-4 * std::max(1.0, std::abs(dGamma[i]))) << name;
                        ASSERT_NEAR(c.gradBeta[i], dBeta[i], 1e-4 * std::max(1.0, std::abs(dBeta[i]))) << name;
                    }
                    expectOk(lls_normalization_backward(algorithm, name.c_str(), c.x.data(), c.gamma.data(), c.saved.data(), c.gradY.data(),
                                                        c.gradX.data(), nullptr, nullptr, rows, columns));
                }
            }
        }
    }
}

TEST(Normalization, ByHandAndFarFromZero) {
    for (const std::string& name : implementations("normalization", "layernorm")) {
        float x[] = {1, 7, 7, 7}, y[4];
        expectOk(lls_normalization("layernorm", name.c_str(), x, nullptr, nullptr, EPS, y, nullptr, 2, 2));
        EXPECT_NEAR(y[0], -1, 1e-6);
        EXPECT_NEAR(y[1], 1, 1e-6);
        EXPECT_NEAR(y[2], 0, 1e-6) << "a row of equal numbers";
        Floats far = normal(9, 1000);
        for (float& each : far) {
            each += 10000;
        }
        std::vector<double> row(far.begin(), far.end()), expected = exact("layernorm", row, nullptr, nullptr);
        expectOk(lls_normalization("layernorm", name.c_str(), far.data(), nullptr, nullptr, EPS, far.data(), nullptr, 1, 1000));
        for (size_t i = 0; i < far.size(); i++) {
            ASSERT_NEAR(far[i], expected[i], 1e-3) << name;
        }
    }
    for (const std::string& name : implementations("normalization", "rmsnorm")) {
        float x[] = {1, 7}, y[2];
        expectOk(lls_normalization("rmsnorm", name.c_str(), x, nullptr, nullptr, EPS, y, nullptr, 1, 2));
        EXPECT_NEAR(y[0], 0.2, 1e-6);
        EXPECT_NEAR(y[1], 1.4, 1e-6);
    }
}

TEST(Normalization, BitsDoNotDependOnThreads) {
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("normalization", algorithm)) {
            auto compute = [&](const std::string& which) {
                Case c(700, 77);
                c.forward(algorithm, which, true, true);
                c.backward(algorithm, which, true);
                Floats together = c.y;
                for (const Floats& part : {c.saved, c.gradX, c.gradGamma, c.gradBeta}) {
                    together.insert(together.end(), part.begin(), part.end());
                }
                return together;
            };
            expectSameWithThreads([&] { return compute(name); });
            for (const std::string& other : implementations("normalization", algorithm)) {
                if (numericsOf("normalization", name) == numericsOf("normalization", other)) {
                    EXPECT_TRUE(sameBits(compute(name), compute(other))) << name << " and " << other;
                }
            }
        }
    }
}

TEST(Normalization, SurvivesFailingMemory) {
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("normalization", algorithm)) {
            Case c(300, 77);
            c.forward(algorithm, name, true, true);
            expectSurvivesFailingMemory([&] {
                return lls_normalization_backward(algorithm, name.c_str(), c.x.data(), c.gamma.data(), c.saved.data(), c.gradY.data(), c.gradX.data(),
                                                  c.gradGamma.data(), c.gradBeta.data(), c.rows, c.columns);
            });
        }
    }
}

TEST(Normalization, RefusesBadInput) {
    float x[4] = {};
    expectRefused(LLS_INVALID, lls_normalization(nullptr, nullptr, x, x, x, EPS, x, x, 2, 2));
    expectRefused(LLS_NOT_FOUND, lls_normalization("groupnorm", nullptr, x, x, x, EPS, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization("rmsnorm", "layernorm", x, x, x, EPS, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization("rmsnorm", nullptr, nullptr, x, x, EPS, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization("rmsnorm", nullptr, x, x, x, EPS, nullptr, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization("rmsnorm", nullptr, x, x, x, -1, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization("rmsnorm", nullptr, x, x, x, NAN, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization("rmsnorm", nullptr, x, x, x, EPS, x, x, 2, -2));
    expectRefused(LLS_SHAPE, lls_normalization("rmsnorm", nullptr, x, x, x, EPS, x, x, INT64_MAX, 2));
    expectRefused(LLS_INVALID, lls_normalization_backward("rmsnorm", nullptr, x, x, nullptr, x, x, x, x, 2, 2));
    expectRefused(LLS_INVALID, lls_normalization_backward("rmsnorm", nullptr, x, x, x, x, nullptr, x, x, 2, 2));
}
