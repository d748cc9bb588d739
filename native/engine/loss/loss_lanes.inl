// The losses over lanes; formulas as in reference.cpp, rows over threads.
#include <algorithm>
#include <cmath>

#include "engine/activation/lanes.h"
#include "engine/loss/losses.h"
#include "engine/loss/reference.h"
#include "engine/softmax/row_sums.h"

namespace llmsys::LANES {

namespace {

class LaneCrossEntropy final : public Loss {
public:
    void forward(const float* predictions, const int32_t* classes, const float*, float* losses, int64_t n, int64_t v,
                 Workers& workers) const override {
        requireClasses(classes, n, v);
        eachChunkOfRows(workers, n, v, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                losses[i] = classes[i] == LEFT_OUT ? 0 : surprise(predictions + i * v, classes[i], v);
            }
        });
    }
    void backward(const float* predictions, const int32_t* classes, const float*, const float* gradLosses, float* gradPredictions, int64_t n,
                  int64_t v, Workers& workers) const override {
        requireClasses(classes, n, v);
        eachChunkOfRows(workers, n, v, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                if (classes[i] == LEFT_OUT) {
                    std::fill(gradPredictions + i * v, gradPredictions + (i + 1) * v, 0.0f);
                } else {
                    slopes(predictions + i * v, classes[i], gradLosses[i], gradPredictions + i * v, v);
                }
            }
        });
    }

private:
    // -log p[target]
    LANES_TARGET static float surprise(const float* x, int32_t target, int64_t v) {
        float max = largestOf(x, v);
        if (max == NEVER) {
            return emptyRow(x, v) == 0 ? -NEVER : std::numeric_limits<float>::quiet_NaN();
        }
        return static_cast<float>(static_cast<double>(max) - x[target] + std::log(static_cast<double>(sumOfExp(x, v, max))));
    }

    // (p - one at the target) * arriving
    LANES_TARGET static void slopes(const float* x, int32_t target, float arriving, float* gradient, int64_t v) {
        float max = largestOf(x, v);
        float sumOfAll = 0;
        if (max == NEVER) {
            std::fill(gradient, gradient + v, arriving * emptyRow(x, v));
        } else {
            Lanes shift = all(max);
            Lanes total = all(0.0f);
            for (int64_t i = 0; i < v; i += 16) {
                Lanes p = only(v - i, expOfBounded(read(x + i, v - i) - shift));
                write(gradient + i, v - i, p);
                total = total + p;
            }
            sumOfAll = sum(total);
            Lanes scale = all(arriving / sumOfAll);
            for (int64_t i = 0; i < v; i += 16) {
                write(gradient + i, v - i, read(gradient + i, v - i) * scale);
            }
        }
        double probability = sumOfAll > 0 ? std::exp(static_cast<double>(x[target]) - max) / sumOfAll : emptyRow(x, v);
        gradient[target] = static_cast<float>(arriving * (probability - 1));
    }
};

class LaneMeanSquaredError final : public Loss {
public:
    void forward(const float* predictions, const int32_t*, const float* values, float* losses, int64_t n, int64_t v,
                 Workers& workers) const override {
        eachChunkOfRows(workers, n, v, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                losses[i] = meanOfSquares(predictions + i * v, values + i * v, v);
            }
        });
    }
    void backward(const float* predictions, const int32_t*, const float* values, const float* gradLosses, float* gradPredictions, int64_t n,
                  int64_t v, Workers& workers) const override {
        eachChunkOfRows(workers, n, v, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                slopes(predictions + i * v, values + i * v, gradLosses[i], gradPredictions + i * v, v);
            }
        });
    }

private:
    LANES_TARGET static float meanOfSquares(const float* predictions, const float* values, int64_t v) {
        Lanes total = all(0.0f);
        for (int64_t i = 0; i < v; i += 16) {
            Lanes off = read(predictions + i, v - i) - read(values + i, v - i);
            total = fma(off, off, total);
        }
        return v == 0 ? 0 : sum(total) / static_cast<float>(v);
    }
    LANES_TARGET static void slopes(const float* predictions, const float* values, float arriving, float* gradient, int64_t v) {
        Lanes scale = all(2 * arriving / static_cast<float>(v));
        for (int64_t i = 0; i < v; i += 16) {
            write(gradient + i, v - i, (read(predictions + i, v - i) - read(values + i, v - i)) * scale);
        }
    }
};

template <typename K>
Implementation listed(const char* algorithm, bool usable) {
    return {"loss", algorithm, std::string(algorithm) + SUFFIX, NUMERICS,
            "sixteen numbers at once, rows over threads",
            "", RANKING, usable, std::make_shared<K>()};
}

}  // namespace

void addLosses(Registry& registry, bool usable) {
    registry.add(listed<LaneCrossEntropy>("cross-entropy", usable));
    registry.add(listed<LaneMeanSquaredError>("mse", usable));
}

}  // namespace llmsys::LANES
