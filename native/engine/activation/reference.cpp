// The activations, each a function and its slope in double, rounded once.
//
//   relu       max(0, x)                             1 for x > 0, else 0
//   sigmoid    s = 1 / (1 + exp(-x))                 y (1 - y)
//   tanh       tanh x                                1 - y^2
//   silu       x s                                   s + y (1 - s)
//   gelu       x F(x), F = erfc(-x / sqrt 2) / 2     F + x exp(-x^2 / 2) / sqrt(2 pi)
//   gelu-tanh  x (1 + t) / 2, t = tanh u             (1 + t) / 2 + x (1 - t^2) u' / 2,  u = sqrt(2 / pi) (x + 0.044715 x^3)
//
// Hendrycks, Gimpel 2016 (gelu); Elfwing et al. 2017 (silu).
#include "engine/activation/reference.h"

#include <cmath>
#include <string_view>

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr double INVERSE_SQRT_2 = 0.70710678118654752440;
constexpr double INVERSE_SQRT_2_PI = 0.39894228040143267794;
constexpr double SQRT_2_OVER_PI = 0.79788456080286535588;
constexpr double CUBIC = 0.044715;

struct Relu {
    static double value(double x) { return x > 0 ? x : x == x ? 0 : x; }        // NaN stays NaN
    static double slope(double x, double) { return x > 0 ? 1 : 0; }
};

struct Sigmoid {
    static double value(double x) { return 1 / (1 + std::exp(-x)); }
    static double slope(double, double y) { return y * (1 - y); }
};

struct Tanh {
    static double value(double x) { return std::tanh(x); }
    static double slope(double, double y) { return 1 - y * y; }
};

struct Silu {
    static double value(double x) { return x / (1 + std::exp(-x)); }
    static double slope(double x, double y) {
        double s = 1 / (1 + std::exp(-x));
        return s + y * (1 - s);
    }
};

// With erfc instead of 1 + erf the left tail keeps its digits.
struct Gelu {
    static double below(double x) { return 0.5 * std::erfc(-x * INVERSE_SQRT_2); }
    static double value(double x) { return x * below(x); }
    static double slope(double x, double) { return below(x) + x * INVERSE_SQRT_2_PI * std::exp(-0.5 * x * x); }
};

struct GeluTanh {
    static double turned(double x) { return std::tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)); }
    static double value(double x) { return 0.5 * x * (1 + turned(x)); }
    static double slope(double x, double) {
        double t = turned(x);
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
    }
};

template <typename F>
class ReferenceActivation final : public Activation {
public:
    void forward(const float* x, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            y[i] = static_cast<float>(F::value(x[i]));
        }
    }
    void backward(const float* x, const float* y, const float* gradY, float* gradX, int64_t size, bool accumulate, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            double before = accumulate ? gradX[i] : 0;
            gradX[i] = static_cast<float>(before + gradY[i] * F::slope(x[i], y[i]));
        }
    }
};

}  // namespace

std::shared_ptr<const Activation> referenceActivation(const char* algorithm) {
    std::string_view name = algorithm;
    if (name == "relu") {
        return std::make_shared<ReferenceActivation<Relu>>();
    }
    if (name == "sigmoid") {
        return std::make_shared<ReferenceActivation<Sigmoid>>();
    }
    if (name == "tanh") {
        return std::make_shared<ReferenceActivation<Tanh>>();
    }
    if (name == "silu") {
        return std::make_shared<ReferenceActivation<Silu>>();
    }
    if (name == "gelu") {
        return std::make_shared<ReferenceActivation<Gelu>>();
    }
    if (name == "gelu-tanh") {
        return std::make_shared<ReferenceActivation<GeluTanh>>();
    }
    throw Error(LLS_NOT_FOUND, "there is no activation " + std::string(name), "there are relu, gelu, gelu-tanh, silu, sigmoid, tanh",
                "choose one of these");
}

}  // namespace llmsys
