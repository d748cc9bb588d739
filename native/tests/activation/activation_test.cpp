// Every implementation of every activation: the function to 2e-6 of the size, its slope as finite differences in double say, adding or overwriting;
// bits that depend neither on place nor on threads nor, within a numerics class, on the implementation; bad input at the C surface.
#include "tests/elementwise/samples.h"

using namespace samples;

namespace {

const char* const ALGORITHMS[] = {"relu", "gelu", "gelu-tanh", "silu", "sigmoid", "tanh"};

double exact(const std::string& algorithm, double x) {
    if (algorithm == "relu") {
        return x > 0 ? x : 0;
    }
    if (algorithm == "gelu") {
        return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    }
    if (algorithm == "gelu-tanh") {
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    }
    if (algorithm == "silu") {
        return x / (1 + std::exp(-x));
    }
    return algorithm == "sigmoid" ? 1 / (1 + std::exp(-x)) : std::tanh(x);
}

double slope(const std::string& algorithm, double x) {
    double h = 1e-6 * std::max(1.0, std::abs(x));
    return (exact(algorithm, x + h) - exact(algorithm, x - h)) / (2 * h);
}

// Normal numbers and far ends; no kinks.
Floats inputs(int64_t size) {
    Floats x = normal(4, size);
    const float ends[] = {-100, 100, -12, 12, -30, 30, 0.1f, -0.1f, 3.5f, -3.5f, 6, -6, 88.5f, -88.5f};
    for (size_t i = 0; i + 1 < x.size() && i < std::size(ends); i++) {
        x[i] = ends[i];
    }
    return x;
}

Floats forward(const char* algorithm, const std::string& name, const Floats& x) {
    Floats y(x.size(), 99);
    expectOk(lls_activation(algorithm, name.c_str(), x.data(), y.data(), static_cast<int64_t>(x.size())));
    return y;
}

}  // namespace

TEST(Activation, IsTheFunctionAndItsSlope) {
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("activation", algorithm)) {
            for (int64_t size : {0, 1, 13, 207, 4098, 40000}) {
                Floats x = inputs(size), y = forward(algorithm, name, x), gradY = normal(5, size), gradX(x.size(), NAN), added = normal(6, size);
                Floats before = added;
                expectOk(lls_activation_backward(algorithm, name.c_str(), x.data(), y.data(), gradY.data(), gradX.data(), size, 0));
                expectOk(lls_activation_backward(algorithm, name.c_str(), x.data(), y.data(), gradY.data(), added.data(), size, 1));
                for (size_t i = 0; i < x.size(); i++) {
                    ASSERT_NEAR(y[i], exact(algorithm, x[i]), 2e-6 * std::max(1.0f, std::abs(x[i]))) << name << " of " << x[i];
                    double expected = gradY[i] * slope(algorithm, x[i]);
                    ASSERT_NEAR(gradX[i], expected, 1e-5 * std::max(1.0f, std::abs(gradY[i]))) << name << " slope at " << x[i];
                    ASSERT_NEAR(added[i], before[i] + expected, 1e-5 * std::max(1.0f, std::abs(gradY[i]))) << name << " slope added at " << x[i];
                }
            }
        }
    }
}

TEST(Activation, KnowsHandComputedValues) {
    EXPECT_NEAR(forward("gelu", "gelu", {1})[0], 0.8413447460685429, 1e-7);
    EXPECT_NEAR(forward("silu", "silu", {1})[0], 0.7310585786300049, 1e-7);
    EXPECT_NEAR(forward("gelu-tanh", "gelu-tanh", {1})[0], 0.8411919906082768, 1e-7);
    for (const std::string& name : implementations("activation", "gelu")) {
        EXPECT_NEAR(forward("gelu", name, {-6})[0] / -5.919526e-9, 1, 1e-4) << name << ": the left tail keeps its digits";
    }
}

TEST(Activation, BitsDependOnNothingButTheNumber) {
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("activation", algorithm)) {
            Floats x = inputs(207), y = forward(algorithm, name, x);
            for (size_t i = 0; i < x.size(); i++) {
                ASSERT_EQ(y[i], forward(algorithm, name, {x[i]})[0]) << name << " at " << i;
            }
            Floats place = x;
            expectOk(lls_activation(algorithm, name.c_str(), place.data(), place.data(), 207));
            EXPECT_TRUE(sameBits(y, place)) << name << " in place";
            expectSameWithThreads([&] { return forward(algorithm, name, inputs(50000)); });
            for (const std::string& other : implementations("activation", algorithm)) {
                if (numericsOf("activation", name) == numericsOf("activation", other)) {
                    EXPECT_TRUE(sameBits(forward(algorithm, name, inputs(1000)),
                                         forward(algorithm, other, inputs(1000)))) << name << " and " << other;
                }
            }
        }
    }
}

TEST(Activation, KeepsNaN) {
    for (const char* algorithm : ALGORITHMS) {
        for (const std::string& name : implementations("activation", algorithm)) {
            Floats y = forward(algorithm, name, {1, NAN, 2});
            EXPECT_TRUE(std::isnan(y[1]) && !std::isnan(y[0]) && !std::isnan(y[2])) << name;
        }
    }
}

TEST(Activation, RefusesBadInput) {
    float x[2] = {1, 2};
    expectRefused(LLS_INVALID, lls_activation(nullptr, nullptr, x, x, 2));
    expectRefused(LLS_INVALID, lls_activation("relu", nullptr, nullptr, x, 2));
    expectRefused(LLS_INVALID, lls_activation("relu", nullptr, x, nullptr, 2));
    expectRefused(LLS_INVALID, lls_activation("relu", nullptr, x, x, -1));
    expectRefused(LLS_SHAPE, lls_activation("relu", nullptr, x, x, INT64_MAX));
    expectRefused(LLS_NOT_FOUND, lls_activation("swoosh", nullptr, x, x, 2));
    expectRefused(LLS_NOT_FOUND, lls_activation("relu", "swoosh", x, x, 2));
    expectRefused(LLS_INVALID, lls_activation("relu", "gelu", x, x, 2));
    expectRefused(LLS_INVALID, lls_activation_backward("relu", nullptr, x, x, nullptr, x, 2, 0));
    expectRefused(LLS_INVALID, lls_activation_backward("relu", nullptr, x, x, x, nullptr, 2, 1));
    expectOk(lls_activation("relu", nullptr, nullptr, nullptr, 0));
}
