// Every loss: the formula in double to 1e-6, its gradient by finite differences; rows that do not count; large logits, minus infinity, NaN; bad
// input.
#include "tests/elementwise/samples.h"

using namespace samples;

namespace {

double crossEntropy(const std::vector<double>& x, int32_t target) {
    double max = -INFINITY, sum = 0;
    for (double each : x) {
        max = std::max(max, each);
    }
    for (double each : x) {
        sum += std::exp(each - max);
    }
    return target < 0 ? 0 : max - x[static_cast<size_t>(target)] + std::log(sum);
}

double meanOfSquares(const std::vector<double>& x, const float* values) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); i++) {
        sum += (x[i] - values[i]) * (x[i] - values[i]) / static_cast<double>(x.size());
    }
    return sum;
}

const int64_t SHAPES[][2] = {{0, 3}, {1, 1}, {5, 13}, {3, 207}, {300, 65}, {2, 3001}};

}  // namespace

TEST(Loss, IsTheFormulaAndItsSlope) {
    for (const char* algorithm : {"cross-entropy", "mse"}) {
        bool ofClasses = std::string(algorithm) == "cross-entropy";
        for (const std::string& name : implementations("loss", algorithm)) {
            for (const auto& [n, v] : SHAPES) {
                Floats x = normal(1, n * v), values = normal(2, n * v), losses(static_cast<size_t>(n), 99), arriving = normal(3,
                        n), gradient(x.size(), NAN);
                std::vector<int32_t> classes;
                for (int64_t i = 0; i < n; i++) {
                    classes.push_back(i == 1 ? -1 : static_cast<int32_t>(i * 7919 % v));
                }
                const int32_t* targets = ofClasses ? classes.data() : nullptr;
                const float* numbers = ofClasses ? nullptr : values.data();
                expectOk(lls_loss(algorithm, name.c_str(), x.data(), targets, numbers, losses.data(), n, v));
                expectOk(lls_loss_backward(algorithm, name.c_str(), x.data(), targets, numbers, arriving.data(), gradient.data(), n, v));
                for (int64_t i = 0; i < n; i++) {
                    std::vector<double> row(x.begin() + i * v, x.begin() + (i + 1) * v);
                    auto loss = [&] { return ofClasses ? crossEntropy(row, classes[static_cast<size_t>(i)]) : meanOfSquares(row,
                            values.data() + i * v); };
                    ASSERT_NEAR(losses[static_cast<size_t>(i)], loss(), 1e-6 * std::max(1.0, loss())) << name;
                    for (int64_t j = 0; j < v; j += v > 1000 ? 97 : 1) {
                        double kept = row[static_cast<size_t>(j)];
                        row[static_cast<size_t>(j)] = kept + 1e-5;
                        double up = loss();
                        row[static_cast<size_t>(j)] = kept - 1e-5;
                        double slope = arriving[static_cast<size_t>(i)] * (up - loss()) / 2e-5;
                        row[static_cast<size_t>(j)] = kept;
                        ASSERT_NEAR(gradient[static_cast<size_t>(i * v + j)], slope,
                                    2e-6 * std::max(1.0, std::abs(slope))) << name << " (" << i << "," << j << ")";
                    }
                }
            }
        }
    }
}

TEST(Loss, KnowsTheEnds) {
    for (const std::string& name : implementations("loss", "cross-entropy")) {
        float far[] = {1000, 0, -1000, -1000, 0, 1000}, losses[2], gradient[6], arriving[] = {1, 1};
        int32_t classes[] = {0, 1};
        expectOk(lls_loss("cross-entropy", name.c_str(), far, classes, nullptr, losses, 2, 3));
        EXPECT_NEAR(losses[0], 0, 1e-6) << name;
        EXPECT_NEAR(losses[1], 1000, 1e-3) << name;
        expectOk(lls_loss_backward("cross-entropy", name.c_str(), far, classes, nullptr, arriving, gradient, 2, 3));
        for (float each : gradient) {
            EXPECT_TRUE(std::isfinite(each)) << name;
        }
        EXPECT_NEAR(gradient[4], -1, 1e-6) << name;
        float even[] = {2, 2, 2, 2}, lost[] = {1, NAN, 2}, never[] = {-INFINITY, -INFINITY};
        int32_t first[] = {0};
        expectOk(lls_loss("cross-entropy", name.c_str(), even, first, nullptr, losses, 1, 4));
        EXPECT_NEAR(losses[0], std::log(4.0), 1e-6) << name << ": an even guess among four";
        expectOk(lls_loss("cross-entropy", name.c_str(), lost, first, nullptr, losses, 1, 3));
        EXPECT_TRUE(std::isnan(losses[0])) << name;
        expectOk(lls_loss("cross-entropy", name.c_str(), never, first, nullptr, losses, 1, 2));
        EXPECT_EQ(losses[0], INFINITY) << name;
    }
}

TEST(Loss, BitsDoNotDependOnThreads) {
    for (const std::string& name : implementations("loss", "cross-entropy")) {
        Floats x = normal(1, 1000 * 65), arriving(1000, 0.001f);
        std::vector<int32_t> classes(1000, 7);
        expectSameWithThreads([&] {
            Floats both(1000 * 66);
            expectOk(lls_loss("cross-entropy", name.c_str(), x.data(), classes.data(), nullptr, both.data(), 1000, 65));
            expectOk(lls_loss_backward("cross-entropy", name.c_str(), x.data(), classes.data(), nullptr, arriving.data(), both.data() + 1000, 1000,
                                       65));
            return both;
        });
    }
}

TEST(Loss, RefusesBadInput) {
    float x[6] = {};
    int32_t classes[] = {0, 2}, beyond[] = {0, 3}, below[] = {-2, 0};
    for (const std::string& name : implementations("loss", "cross-entropy")) {
        expectRefused(LLS_INVALID, lls_loss("cross-entropy", name.c_str(), x, beyond, nullptr, x, 2, 3));
        expectRefused(LLS_INVALID, lls_loss("cross-entropy", name.c_str(), x, below, nullptr, x, 2, 3));
        expectRefused(LLS_INVALID, lls_loss_backward("cross-entropy", name.c_str(), x, beyond, nullptr, x, x, 2, 3));
    }
    expectRefused(LLS_INVALID, lls_loss(nullptr, nullptr, x, classes, nullptr, x, 2, 3));
    expectRefused(LLS_NOT_FOUND, lls_loss("hinge", nullptr, x, classes, nullptr, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss("cross-entropy", nullptr, nullptr, classes, nullptr, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss("cross-entropy", nullptr, x, nullptr, nullptr, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss("cross-entropy", nullptr, x, classes, x, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss("cross-entropy", nullptr, x, classes, nullptr, nullptr, 2, 3));
    expectRefused(LLS_INVALID, lls_loss("cross-entropy", nullptr, x, classes, nullptr, x, -2, 3));
    expectRefused(LLS_SHAPE, lls_loss("cross-entropy", nullptr, x, classes, nullptr, x, INT64_MAX, 3));
    expectRefused(LLS_INVALID, lls_loss("mse", nullptr, x, classes, x, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss("mse", nullptr, x, nullptr, nullptr, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss_backward("mse", nullptr, x, nullptr, x, nullptr, x, 2, 3));
    expectRefused(LLS_INVALID, lls_loss_backward("mse", nullptr, x, nullptr, x, x, nullptr, 2, 3));
}
