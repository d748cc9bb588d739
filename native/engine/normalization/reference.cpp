// Rows (R,C), in double, rounded once. Two passes for the variance: mean of squares minus square of the mean would lose all digits of a large mean.
//
//   layernorm  h = (x - mean) r,  r = 1 / sqrt(variance + eps)   y = gamma h + beta   gradX = r (d - mean of d - h mean of (d h)),  d = gradY gamma
//   rmsnorm    h = x r,  r = 1 / sqrt(mean of x^2 + eps)           y = gamma h + beta     gradX = r (d - h mean of (d h))
//   both       gradGamma += sum over rows of gradY h               gradBeta += sum over rows of gradY
//
// Ba, Kiros, Hinton 2016 (https://arxiv.org/abs/1607.06450); Zhang, Sennrich 2019 (https://arxiv.org/abs/1910.07467).
#include "engine/normalization/reference.h"

#include <cmath>

#include "engine/core/buffer.h"

namespace llmsys {

namespace {

double meanOf(const float* x, int64_t columns) {
    double sum = 0;
    for (int64_t c = 0; c < columns; c++) {
        sum += x[c];
    }
    return sum / static_cast<double>(columns);
}

double meanSquareAround(const float* x, double mean, int64_t columns) {
    double sum = 0;
    for (int64_t c = 0; c < columns; c++) {
        sum += (x[c] - mean) * (x[c] - mean);
    }
    return sum / static_cast<double>(columns);
}

// Sums over rows in double; rounded once, when they are added to a gradient.
class ColumnSums {
public:
    explicit ColumnSums(int64_t columns) : sums_(columns * static_cast<int64_t>(sizeof(double)), "normalization"), columns_(columns) {
        for (int64_t c = 0; c < columns; c++) {
            data()[c] = 0;
        }
    }
    double* data() { return static_cast<double*>(sums_.data()); }
    void addTo(float* gradient) {
        for (int64_t c = 0; gradient != nullptr && c < columns_; c++) {
            gradient[c] = static_cast<float>(gradient[c] + data()[c]);
        }
    }

private:
    Buffer sums_;
    int64_t columns_;
};

class ReferenceNormalization final : public Normalization {
public:
    // centred: layernorm, else rmsnorm
    explicit ReferenceNormalization(bool centred) : centred_(centred) {}

    int64_t savedPerRow() const override { return centred_ ? 2 : 1; }

    void forward(const float* x, const float* gamma, const float* beta, float eps, float* y, float* saved, int64_t rows, int64_t columns,
                 Workers&) const override {
        for (int64_t n = 0; n < rows && columns > 0; n++, x += columns, y += columns) {
            double mean = centred_ ? meanOf(x, columns) : 0;
            double r = 1 / std::sqrt(meanSquareAround(x, mean, columns) + eps);
            for (int64_t c = 0; c < columns; c++) {
                double h = (x[c] - mean) * r;
                y[c] = static_cast<float>((gamma ? gamma[c] * h : h) + (beta ? beta[c] : 0));
            }
            if (saved != nullptr) {
                if (centred_) {
                    *saved++ = static_cast<float>(mean);
                }
                *saved++ = static_cast<float>(r);
            }
        }
    }

    void backward(const float* x, const float* gamma, const float* saved, const float* gradY, float* gradX, float* gradGamma, float* gradBeta,
                  int64_t rows, int64_t columns, Workers&) const override {
        ColumnSums gammaSums(columns);
        ColumnSums betaSums(columns);
        for (int64_t n = 0; n < rows && columns > 0; n++, x += columns, gradY += columns, gradX += columns) {
            double mean = centred_ ? *saved++ : 0;
            double r = *saved++;
            double sumOfD = 0;
            double sumOfDH = 0;
            for (int64_t c = 0; c < columns; c++) {
                double h = (x[c] - mean) * r;
                double d = gamma ? static_cast<double>(gradY[c]) * gamma[c] : gradY[c];
                sumOfD += d;
                sumOfDH += d * h;
                gammaSums.data()[c] += gradY[c] * h;
                betaSums.data()[c] += gradY[c];
            }
            double meanOfD = centred_ ? sumOfD / static_cast<double>(columns) : 0;
            double meanOfDH = sumOfDH / static_cast<double>(columns);
            for (int64_t c = 0; c < columns; c++) {
                double h = (x[c] - mean) * r;
                double d = gamma ? static_cast<double>(gradY[c]) * gamma[c] : gradY[c];
                gradX[c] = static_cast<float>(r * (d - meanOfD - h * meanOfDH));
            }
        }
        gammaSums.addTo(gradGamma);
        betaSums.addTo(gradBeta);
    }

private:
    bool centred_;
};

}  // namespace

std::shared_ptr<const Normalization> referenceLayerNorm() { return std::make_shared<ReferenceNormalization>(true); }
std::shared_ptr<const Normalization> referenceRmsNorm() { return std::make_shared<ReferenceNormalization>(false); }

}  // namespace llmsys
