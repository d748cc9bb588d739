// The two softmaxes over lanes; formulas as in reference.cpp. A row is read three times from the nearest cache: largest, exponentials and their sum,
// scale.
#include <algorithm>
#include <cmath>

#include "engine/activation/lanes.h"
#include "engine/softmax/row_sums.h"
#include "engine/softmax/softmaxes.h"

namespace llmsys::LANES {

namespace {

struct Probabilities {
    static constexpr const char* ALGORITHM = "softmax";

    LANES_TARGET static void forward(const float* x, float* y, int64_t columns) {
        float max = largestOf(x, columns);
        if (max == NEVER) {
            std::fill(y, y + columns, emptyRow(x, columns));
            return;
        }
        Lanes shift = all(max);
        Lanes a = all(0.0f), b = a;
        int64_t i = 0;
        for (; i + 32 <= columns; i += 32) {
            Lanes p = expOfBounded(load(x + i) - shift);
            Lanes q = expOfBounded(load(x + i + 16) - shift);
            store(y + i, p);
            store(y + i + 16, q);
            a = a + p;
            b = b + q;
        }
        for (; i < columns; i += 16) {
            Lanes p = only(columns - i, expOfBounded(read(x + i, columns - i) - shift));
            write(y + i, columns - i, p);
            a = a + p;
        }
        Lanes scale = all(1 / sum(a + b));
        for (i = 0; i < columns; i += 16) {
            write(y + i, columns - i, read(y + i, columns - i) * scale);
        }
    }

    LANES_TARGET static void backward(const float* y, const float* gradY, float* gradX, int64_t columns, bool accumulate) {
        Lanes a = all(0.0f), b = a;
        int64_t i = 0;
        for (; i + 32 <= columns; i += 32) {
            a = fma(load(y + i), load(gradY + i), a);
            b = fma(load(y + i + 16), load(gradY + i + 16), b);
        }
        for (; i < columns; i += 16) {
            a = fma(read(y + i, columns - i), read(gradY + i, columns - i), a);
        }
        Lanes mean = all(sum(a + b));
        for (i = 0; i < columns; i += 16) {
            int64_t left = columns - i;
            Lanes slope = read(y + i, left) * (read(gradY + i, left) - mean);
            write(gradX + i, left, accumulate ? read(gradX + i, left) + slope : slope);
        }
    }
};

struct Logarithms {
    static constexpr const char* ALGORITHM = "log-softmax";

    LANES_TARGET static void forward(const float* x, float* y, int64_t columns) {
        float max = largestOf(x, columns);
        if (max == NEVER) {
            std::fill(y, y + columns, emptyRow(x, columns) == 0 ? NEVER : std::numeric_limits<float>::quiet_NaN());
            return;
        }
        Lanes shift = all(max);
        Lanes log = all(std::log(sumOfExp(x, columns, max)));
        for (int64_t i = 0; i < columns; i += 16) {
            write(y + i, columns - i, (read(x + i, columns - i) - shift) - log);
        }
    }

    LANES_TARGET static void backward(const float* y, const float* gradY, float* gradX, int64_t columns, bool accumulate) {
        Lanes a = all(0.0f), b = a;
        int64_t i = 0;
        for (; i + 32 <= columns; i += 32) {
            a = a + load(gradY + i);
            b = b + load(gradY + i + 16);
        }
        for (; i < columns; i += 16) {
            a = a + read(gradY + i, columns - i);
        }
        bool anything = !(largestOf(y, columns) == NEVER && emptyRow(y, columns) == 0);       // a row without any choice has no slope
        Lanes total = all(sum(a + b));
        for (i = 0; i < columns; i += 16) {
            int64_t left = columns - i;
            Lanes slope = anything ? fma(negative(exp(read(y + i, left))), total, read(gradY + i, left)) : all(0.0f);
            write(gradX + i, left, accumulate ? read(gradX + i, left) + slope : slope);
        }
    }
};

template <typename F>
class LaneSoftmax final : public Softmax {
public:
    void forward(const float* x, float* y, int64_t rows, int64_t columns, Workers& workers) const override {
        eachChunkOfRows(workers, rows, columns, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; r++) {
                F::forward(x + r * columns, y + r * columns, columns);
            }
        });
    }
    void backward(const float* y, const float* gradY, float* gradX, int64_t rows, int64_t columns, bool accumulate, Workers& workers) const override {
        eachChunkOfRows(workers, rows, columns, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; r++) {
                F::backward(y + r * columns, gradY + r * columns, gradX + r * columns, columns, accumulate);
            }
        });
    }
};

template <typename F>
Implementation listed(bool usable) {
    return {"softmax", F::ALGORITHM, std::string(F::ALGORITHM) + SUFFIX, NUMERICS,
            "sixteen numbers at once, rows over threads",
            "", RANKING, usable, std::make_shared<LaneSoftmax<F>>()};
}

}  // namespace

void addSoftmaxes(Registry& registry, bool usable) {
    registry.add(listed<Probabilities>(usable));
    registry.add(listed<Logarithms>(usable));
}

}  // namespace llmsys::LANES
