// The activations over lanes; formulas as in reference.cpp, and two of their own:
//
//   gelu-tanh  x (1 + tanh u) / 2 = x / (1 + exp(-2u)): one exponential, one division
//   gelu       F(x) by erfc(z) = exp(-z^2) t Q(t), z = |x| / sqrt 2, t = 1 / (1 + z/2), Q of degree 8 fitted to a relative error of 5e-8; it shares
//              its exponential with the density of the slope
#include "engine/activation/activations.h"
#include "engine/activation/exponential.h"
#include "engine/activation/lanes.h"

namespace llmsys::LANES {

namespace {

struct Relu {
    LANES_INLINE Lanes value(Lanes x) { return max(all(0.0f), x); }                           // NaN stays NaN
    LANES_INLINE Lanes slope(Lanes x, Lanes) { return select(less(all(0.0f), x), all(1.0f), all(0.0f)); }
};

struct Sigmoid {
    LANES_INLINE Lanes value(Lanes x) { return sigmoid(x); }
    LANES_INLINE Lanes slope(Lanes, Lanes y) { return y * (all(1.0f) - y); }
};

struct Tanh {
    LANES_INLINE Lanes value(Lanes x) { return tanh(x); }
    LANES_INLINE Lanes slope(Lanes, Lanes y) { return fma(negative(y), y, all(1.0f)); }
};

struct Silu {
    LANES_INLINE Lanes value(Lanes x) { return x / (all(1.0f) + exp(negative(x))); }
    LANES_INLINE Lanes slope(Lanes x, Lanes y) {
        Lanes s = sigmoid(x);
        return fma(y, all(1.0f) - s, s);
    }
};

// s = sigmoid(2u) = (1 + t) / 2, so (1 - t^2) / 2 = 2 s (1 - s)
struct GeluTanh {
    static constexpr float TWICE_SQRT_2_OVER_PI = 1.59576912160573f;
    static constexpr float CUBIC = 0.044715f;

    LANES_INLINE Lanes scaledSlope(Lanes x, Lanes cubic) { return all(TWICE_SQRT_2_OVER_PI) * fma(cubic, x * x, all(1.0f)); }
    LANES_INLINE Lanes value(Lanes x) { return x / (all(1.0f) + exp(negative(x * scaledSlope(x, all(CUBIC))))); }
    LANES_INLINE Lanes slope(Lanes x, Lanes) {
        Lanes s = sigmoid(x * scaledSlope(x, all(CUBIC)));
        return fma(s * (all(1.0f) - s), x * scaledSlope(x, all(3 * CUBIC)), s);
    }
};

struct Gelu {
    struct Normal {
        Lanes below;                                       // F(x)
        Lanes power;                                       // exp(-x^2 / 2)
    };
    LANES_INLINE Normal normal(Lanes x) {
        Lanes z = absolute(x) * all(0.70710678f);
        Lanes t = all(1.0f) / fma(z, all(0.5f), all(1.0f));
        Lanes q = fma(all(-0.05906735360622406f), t, all(0.28456854820251465f));
        q = fma(q, t, all(-0.4871894419193268f));
        q = fma(q, t, all(0.2780582010746002f));
        q = fma(q, t, all(-0.026621440425515175f));
        q = fma(q, t, all(0.20268584787845612f));
        q = fma(q, t, all(0.24310384690761566f));
        q = fma(q, t, all(0.282375305891037f));
        q = fma(q, t, all(0.28208640217781067f));
        Lanes power = expOfBounded(x * x * all(-0.5f));
        Lanes tail = all(0.5f) * (power * (t * q));
        return {select(less(x, all(0.0f)), tail, all(1.0f) - tail), power};
    }
    LANES_INLINE Lanes value(Lanes x) { return x * normal(x).below; }
    LANES_INLINE Lanes slope(Lanes x, Lanes) {
        Normal at = normal(x);
        return fma(x * all(0.39894228f), at.power, at.below);
    }
};

template <typename F>
class LaneActivation final : public Activation {
public:
    void forward(const float* x, float* y, int64_t size, Workers& workers) const override {
        eachChunk(workers, size, [&](int64_t begin, int64_t end) { values(x + begin, y + begin, end - begin); });
    }
    void backward(const float* x, const float* y, const float* gradY, float* gradX, int64_t size, bool accumulate, Workers& workers) const override {
        eachChunk(workers, size, [&](int64_t begin, int64_t end) {
            accumulate ? addSlopes(x + begin, y + begin, gradY + begin, gradX + begin, end - begin)
                       : slopes(x + begin, y + begin, gradY + begin, gradX + begin, end - begin);
        });
    }

private:
    LANES_TARGET static void values(const float* x, float* y, int64_t size) {
        int64_t i = 0;
        for (; i + 16 <= size; i += 16) {
            store(y + i, F::value(load(x + i)));
        }
        if (i < size) {
            storeFirst(y + i, size - i, F::value(loadFirst(x + i, size - i)));
        }
    }
    LANES_TARGET static void slopes(const float* x, const float* y, const float* gradY, float* gradX, int64_t size) {
        int64_t i = 0;
        for (; i + 16 <= size; i += 16) {
            store(gradX + i, load(gradY + i) * F::slope(load(x + i), load(y + i)));
        }
        if (i < size) {
            int64_t n = size - i;
            storeFirst(gradX + i, n, loadFirst(gradY + i, n) * F::slope(loadFirst(x + i, n), loadFirst(y + i, n)));
        }
    }
    LANES_TARGET static void addSlopes(const float* x, const float* y, const float* gradY, float* gradX, int64_t size) {
        int64_t i = 0;
        for (; i + 16 <= size; i += 16) {
            store(gradX + i, fma(load(gradY + i), F::slope(load(x + i), load(y + i)), load(gradX + i)));
        }
        if (i < size) {
            int64_t n = size - i;
            storeFirst(gradX + i, n, fma(loadFirst(gradY + i, n), F::slope(loadFirst(x + i, n), loadFirst(y + i, n)), loadFirst(gradX + i, n)));
        }
    }
};

template <typename F>
Implementation listed(const char* algorithm, bool usable) {
    return {"activation", algorithm, std::string(algorithm) + SUFFIX, NUMERICS,
            "sixteen numbers at once, exponentials by a polynomial",
            "", RANKING, usable, std::make_shared<LaneActivation<F>>()};
}

}  // namespace

void addActivations(Registry& registry, bool usable) {
    registry.add(listed<Relu>("relu", usable));
    registry.add(listed<Gelu>("gelu", usable));
    registry.add(listed<GeluTanh>("gelu-tanh", usable));
    registry.add(listed<Silu>("silu", usable));
    registry.add(listed<Sigmoid>("sigmoid", usable));
    registry.add(listed<Tanh>("tanh", usable));
}

}  // namespace llmsys::LANES
