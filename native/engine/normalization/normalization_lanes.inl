// The two normalizations over lanes, rows over threads; formulas as in reference.cpp.
//
// The variance is taken around the mean in a second pass over the row, which also corrects the mean by what rounding left over:
//   d = x - m,  mean = m + sum of d / C,  variance = (sum of d^2 - (sum of d)^2 / C) / C
// Backward sums gradGamma and gradBeta in blocks of rows with fixed boundaries, and the blocks in ascending order.
#include <algorithm>
#include <cmath>

#include "engine/activation/lanes.h"
#include "engine/activation/pieces.h"
#include "engine/core/buffer.h"
#include "engine/normalization/normalizations.h"

namespace llmsys::LANES {

namespace {

struct Statistics {
    float mean;
    float r;                  // 1 / deviation, or 1 / root
};

struct LayerNorm {
    static constexpr const char* ALGORITHM = "layernorm";
    static constexpr bool CENTRED = true;

    LANES_INLINE Statistics statistics(const float* x, float eps, int64_t columns) {
        Lanes a = all(0.0f), b = a;
        int64_t i = 0;
        for (; i + 32 <= columns; i += 32) {
            a = a + load(x + i);
            b = b + load(x + i + 16);
        }
        for (; i < columns; i += 16) {
            a = a + read(x + i, columns - i);
        }
        float count = static_cast<float>(columns);
        float about = sum(a + b) / count;
        Lanes shift = all(about);
        Lanes d = all(0.0f), e = d, dd = d, ee = d;
        for (i = 0; i + 32 <= columns; i += 32) {
            Lanes one = load(x + i) - shift, other = load(x + i + 16) - shift;
            d = d + one;
            e = e + other;
            dd = fma(one, one, dd);
            ee = fma(other, other, ee);
        }
        for (; i < columns; i += 16) {
            Lanes one = only(columns - i, read(x + i, columns - i) - shift);
            d = d + one;
            dd = fma(one, one, dd);
        }
        float rest = sum(d + e);
        float variance = std::max(0.0f, (sum(dd + ee) - rest * (rest / count)) / count);
        return {about + rest / count, 1 / std::sqrt(variance + eps)};
    }
};

struct RmsNorm {
    static constexpr const char* ALGORITHM = "rmsnorm";
    static constexpr bool CENTRED = false;

    LANES_INLINE Statistics statistics(const float* x, float eps, int64_t columns) {
        Lanes a = all(0.0f), b = a;
        int64_t i = 0;
        for (; i + 32 <= columns; i += 32) {
            Lanes one = load(x + i), other = load(x + i + 16);
            a = fma(one, one, a);
            b = fma(other, other, b);
        }
        for (; i < columns; i += 16) {
            Lanes one = read(x + i, columns - i);
            a = fma(one, one, a);
        }
        return {0, 1 / std::sqrt(sum(a + b) / static_cast<float>(columns) + eps)};
    }
};

template <typename F>
class LaneNormalization final : public Normalization {
public:
    int64_t savedPerRow() const override { return F::CENTRED ? 2 : 1; }

    void forward(const float* x, const float* gamma, const float* beta, float eps, float* y, float* saved, int64_t rows, int64_t columns,
                 Workers& workers) const override {
        if (columns == 0) {
            return;
        }
        eachChunkOfRows(workers, rows, columns, [&](int64_t begin, int64_t end) {
            normalize(x + begin * columns, gamma, beta, eps, y + begin * columns, saved ? saved + begin * savedPerRow() : nullptr, end - begin,
                      columns);
        });
    }

    void backward(const float* x, const float* gamma, const float* saved, const float* gradY, float* gradX, float* gradGamma, float* gradBeta,
                  int64_t rows, int64_t columns, Workers& workers) const override {
        if (rows == 0 || columns == 0) {
            return;
        }
        int64_t block = std::max<int64_t>(16, rowsOfChunk(columns));
        int64_t blocks = (rows + block - 1) / block;
        Buffer sums(blocks * 2 * columns * static_cast<int64_t>(sizeof(float)), "normalization");     // (blocks,2,C)
        workers.run(blocks, [&](int64_t index) {
            int64_t begin = index * block;
            float* mine = sums.floats() + index * 2 * columns;
            slopes(x + begin * columns, gamma, saved + begin * savedPerRow(), gradY + begin * columns, gradX + begin * columns, mine, mine + columns,
                   std::min(block, rows - begin), columns);
        });
        addBlocks(sums.floats(), blocks, gradGamma, columns);
        addBlocks(sums.floats() + columns, blocks, gradBeta, columns);
    }

private:
    LANES_TARGET static void normalize(const float* x, const float* gamma, const float* beta, float eps, float* y, float* saved, int64_t rows,
                                       int64_t columns) {
        for (int64_t n = 0; n < rows; n++, x += columns, y += columns) {
            Statistics of = F::statistics(x, eps, columns);
            Lanes mean = all(of.mean), r = all(of.r);
            for (int64_t i = 0; i < columns; i += 16) {
                int64_t left = columns - i;
                Lanes h = (F::CENTRED ? read(x + i, left) - mean : read(x + i, left)) * r;
                h = gamma ? h * read(gamma + i, left) : h;
                write(y + i, left, beta ? h + read(beta + i, left) : h);
            }
            if (saved != nullptr) {
                if (F::CENTRED) {
                    *saved++ = of.mean;
                }
                *saved++ = of.r;
            }
        }
    }

    // gradX of some rows, and their share of gradGamma and gradBeta.
    LANES_TARGET static void slopes(const float* x, const float* gamma, const float* saved, const float* gradY, float* gradX, float* gammaSums,
                                    float* betaSums, int64_t rows, int64_t columns) {
        std::fill(gammaSums, gammaSums + columns, 0.0f);
        std::fill(betaSums, betaSums + columns, 0.0f);
        Lanes share = all(1 / static_cast<float>(columns));
        for (int64_t n = 0; n < rows; n++, x += columns, gradY += columns, gradX += columns) {
            Lanes mean = all(F::CENTRED ? *saved++ : 0.0f);
            Lanes r = all(*saved++);
            Lanes sumOfD = all(0.0f), sumOfDH = sumOfD;
            for (int64_t i = 0; i < columns; i += 16) {
                int64_t left = columns - i;
                Lanes g = read(gradY + i, left);
                Lanes h = (F::CENTRED ? read(x + i, left) - mean : read(x + i, left)) * r;
                Lanes d = gamma ? g * read(gamma + i, left) : g;
                sumOfD = sumOfD + d;
                sumOfDH = fma(d, only(left, h), sumOfDH);
                write(gammaSums + i, left, fma(g, h, read(gammaSums + i, left)));
                write(betaSums + i, left, read(betaSums + i, left) + g);
            }
            Lanes meanOfD = all(F::CENTRED ? sum(sumOfD) : 0.0f) * share;
            Lanes meanOfDH = all(sum(sumOfDH)) * share;
            for (int64_t i = 0; i < columns; i += 16) {
                int64_t left = columns - i;
                Lanes g = read(gradY + i, left);
                Lanes h = (F::CENTRED ? read(x + i, left) - mean : read(x + i, left)) * r;
                Lanes d = gamma ? g * read(gamma + i, left) : g;
                write(gradX + i, left, r * (fma(negative(h), meanOfDH, d) - meanOfD));
            }
        }
    }

    // gradient += the blocks' sums, which lie 2 C apart.
    static void addBlocks(const float* sums, int64_t blocks, float* gradient, int64_t columns) {
        for (int64_t block = 0; gradient != nullptr && block < blocks; block++) {
            for (int64_t c = 0; c < columns; c++) {
                gradient[c] += sums[block * 2 * columns + c];
            }
        }
    }
};

template <typename F>
Implementation listed(const char* reference, bool usable) {
    return {"normalization", F::ALGORITHM, std::string(F::ALGORITHM) + SUFFIX, NUMERICS,
            "sixteen numbers at once, rows over threads",
            reference, RANKING, usable, std::make_shared<LaneNormalization<F>>()};
}

}  // namespace

void addNormalizations(Registry& registry, bool usable) {
    registry.add(listed<LayerNorm>("https://arxiv.org/abs/1607.06450", usable));
    registry.add(listed<RmsNorm>("https://arxiv.org/abs/1910.07467", usable));
}

}  // namespace llmsys::LANES
