// Positions, in double, rounded once.
//
//   rope        pairs (a, b) of a head are points of a plane, turned by phi = position * frequency[i]:
//               (a cos phi - b sin phi, a sin phi + b cos phi); the gradient is turned back by the same angle
//   sinusoidal  x[t,2i] += sin(p / theta^(2i/C)),  x[t,2i+1] += cos(p / theta^(2i/C)),  p = start + t; an odd last dimension is a sine
//
// Su et al. 2021, RoFormer (https://arxiv.org/abs/2104.09864); Vaswani et al. 2017 (https://arxiv.org/abs/1706.03762), section 3.5.
#include "engine/position/reference.h"

#include <cmath>

namespace llmsys {

namespace {

class ReferencePosition final : public Position {
public:
    void rotate(const Heads& heads, const int32_t* positions, const double* frequencies, bool interleaved, bool inverse, Workers&) const override {
        int64_t pairs = heads.width / 2;
        int64_t apart = interleaved ? 1 : pairs;
        for (int64_t t = 0; t < heads.rows; t++) {
            for (int64_t i = 0; i < pairs; i++) {
                double angle = positions[t] * frequencies[i];
                double cos = std::cos(angle);
                double sin = inverse ? -std::sin(angle) : std::sin(angle);
                for (int64_t b = 0; b < heads.batch; b++) {
                    for (int64_t h = 0; h < heads.heads; h++) {
                        float* row = heads.data + b * heads.batch_stride + h * heads.head_stride + t * heads.row_stride;
                        float* first = row + (interleaved ? 2 * i : i);
                        double x = first[0];
                        double y = first[apart];
                        first[0] = static_cast<float>(x * cos - y * sin);
                        first[apart] = static_cast<float>(x * sin + y * cos);
                    }
                }
            }
        }
    }

    void add(float* x, int64_t start, int64_t rows, int64_t c, double theta, Workers&) const override {
        for (int64_t t = 0; t < rows; t++, x += c) {
            for (int64_t i = 0; i < c; i++) {
                double angle = static_cast<double>(start + t) / std::pow(theta, static_cast<double>(i - i % 2) / static_cast<double>(c));
                x[i] = static_cast<float>(x[i] + (i % 2 == 0 ? std::sin(angle) : std::cos(angle)));
            }
        }
    }
};

}  // namespace

std::shared_ptr<const Position> referencePosition() { return std::make_shared<ReferencePosition>(); }

}  // namespace llmsys
