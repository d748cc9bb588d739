// Positions over lanes; formulas as in reference.cpp. The sines and cosines of a position are computed once for all heads and sequences.
#include <algorithm>
#include <cmath>

#include "engine/activation/lanes.h"
#include "engine/activation/pieces.h"
#include "engine/core/buffer.h"
#include "engine/position/angles.h"
#include "engine/position/lane_positions.h"

namespace llmsys::LANES {

namespace {

constexpr int64_t SEGMENT = 64;       // pairs whose angles are at hand at a time

class LanePosition final : public Position {
public:
    void rotate(const Heads& heads, const int32_t* positions, const double* frequencies, bool interleaved, bool inverse,
                Workers& workers) const override {
        eachChunkOfRows(workers, heads.rows, heads.batch * heads.heads * heads.width, [&](int64_t begin, int64_t end) {
            for (int64_t t = begin; t < end; t++) {
                for (int64_t i = 0; i < heads.width / 2; i += SEGMENT) {
                    interleaved ? turnNeighbours(heads, t, i, positions[t], frequencies, inverse)
                                : turnHalves(heads, t, i, positions[t], frequencies, inverse);
                }
            }
        });
    }

    void add(float* x, int64_t start, int64_t rows, int64_t c, double theta, Workers& workers) const override {
        int64_t pairs = (c + 1) / 2;
        Buffer frequencies(pairs * static_cast<int64_t>(sizeof(double)), "position");
        double* perPosition = static_cast<double*>(frequencies.data());
        for (int64_t i = 0; i < pairs; i++) {
            perPosition[i] = 1 / std::pow(theta, static_cast<double>(2 * i) / static_cast<double>(c));
        }
        eachChunkOfRows(workers, rows, c, [&](int64_t begin, int64_t end) {
            for (int64_t t = begin; t < end; t++) {
                addWaves(x + t * c, static_cast<double>(start + t), perPosition, c);
            }
        });
    }

private:
    struct Angles {
        float sines[SEGMENT];
        float cosines[SEGMENT];
        int64_t count;
    };

    // Of pairs first ... first + SEGMENT - 1, as far as there are.
    LANES_TARGET static Angles anglesOf(double position, const double* frequencies, int64_t first, int64_t pairs, bool inverse) {
        Angles at;
        double angles[SEGMENT] = {};
        at.count = std::min(SEGMENT, pairs - first);
        for (int64_t i = 0; i < at.count; i++) {
            angles[i] = position * frequencies[first + i];
        }
        sinesAndCosines(angles, at.count, at.sines, at.cosines);
        for (int64_t i = 0; i < at.count && inverse; i++) {
            at.sines[i] = -at.sines[i];
        }
        return at;
    }

    LANES_TARGET static void turnHalves(const Heads& heads, int64_t t, int64_t first, int32_t position, const double* frequencies, bool inverse) {
        int64_t pairs = heads.width / 2;
        Angles at = anglesOf(position, frequencies, first, pairs, inverse);
        for (int64_t b = 0; b < heads.batch; b++) {
            for (int64_t h = 0; h < heads.heads; h++) {
                float* row = heads.data + b * heads.batch_stride + h * heads.head_stride + t * heads.row_stride + first;
                for (int64_t i = 0; i < at.count; i += 16) {
                    int64_t left = at.count - i;
                    Lanes x = read(row + i, left), y = read(row + pairs + i, left);
                    Lanes cosine = read(at.cosines + i, left), sine = read(at.sines + i, left);
                    write(row + i, left, fma(x, cosine, negative(y * sine)));
                    write(row + pairs + i, left, fma(x, sine, y * cosine));
                }
            }
        }
    }

    // Both numbers of a pair in neighbouring lanes: x * (cos, cos) + swapped x * (-sin, sin).
    LANES_TARGET static void turnNeighbours(const Heads& heads, int64_t t, int64_t first, int32_t position, const double* frequencies, bool inverse) {
        Angles at = anglesOf(position, frequencies, first, heads.width / 2, inverse);
        float along[2 * SEGMENT], across[2 * SEGMENT];
        for (int64_t i = 0; i < at.count; i++) {
            along[2 * i] = along[2 * i + 1] = at.cosines[i];
            across[2 * i] = -at.sines[i];
            across[2 * i + 1] = at.sines[i];
        }
        for (int64_t b = 0; b < heads.batch; b++) {
            for (int64_t h = 0; h < heads.heads; h++) {
                float* row = heads.data + b * heads.batch_stride + h * heads.head_stride + t * heads.row_stride + 2 * first;
                for (int64_t i = 0; i < 2 * at.count; i += 16) {
                    int64_t left = 2 * at.count - i;
                    Lanes x = read(row + i, left);
                    write(row + i, left, fma(x, read(along + i, left), swapPairs(x) * read(across + i, left)));
                }
            }
        }
    }

    LANES_TARGET static void addWaves(float* x, double position, const double* frequencies, int64_t c) {
        for (int64_t first = 0; 2 * first < c; first += SEGMENT) {
            Angles at = anglesOf(position, frequencies, first, (c + 1) / 2, false);
            float* row = x + 2 * first;
            for (int64_t i = 0; i < at.count; i++) {
                row[2 * i] += at.sines[i];
                if (2 * (first + i) + 1 < c) {
                    row[2 * i + 1] += at.cosines[i];
                }
            }
        }
    }
};

}  // namespace

void addPositions(Registry& registry, bool usable) {
    registry.add({"position", "rope", std::string("rope") + SUFFIX, NUMERICS,
                  "sixteen numbers at once, angles once for all heads",
                  "https://arxiv.org/abs/2104.09864", RANKING, usable, std::make_shared<LanePosition>()});
    registry.add({"position", "sinusoidal", std::string("sinusoidal") + SUFFIX, NUMERICS,
                  "angles by polynomials, rows over threads",
                  "https://arxiv.org/abs/1706.03762", RANKING, usable, std::make_shared<LanePosition>()});
}

}  // namespace llmsys::LANES
