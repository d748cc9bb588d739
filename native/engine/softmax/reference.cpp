// Rows (R,C), in double, rounded once. Goodfellow et al. 2016, Deep Learning, section 6.2.2.3.
//
//   softmax      y[c] = exp(x[c] - max) / sum over u of exp(x[u] - max)       gradX[c] = y[c] (gradY[c] - sum over u of gradY[u] y[u])
//   log-softmax  y[c] = x[c] - max - log(that sum)                            gradX[c] = gradY[c] - exp(y[c]) sum over u of gradY[u]
#include "engine/softmax/reference.h"

#include "engine/softmax/shifted_sum.h"

namespace llmsys {

namespace {

class ReferenceSoftmax final : public Softmax {
public:
    void forward(const float* x, float* y, int64_t rows, int64_t columns, Workers&) const override {
        for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
            ShiftedSum sum = ShiftedSum::of(x, columns);
            for (int64_t c = 0; c < columns; c++) {
                y[c] = static_cast<float>(sum.probability(x[c]));
            }
        }
    }
    void backward(const float* y, const float* gradY, float* gradX, int64_t rows, int64_t columns, bool accumulate, Workers&) const override {
        for (int64_t r = 0; r < rows; r++, y += columns, gradY += columns, gradX += columns) {
            double mean = 0;
            for (int64_t c = 0; c < columns; c++) {
                mean += static_cast<double>(gradY[c]) * y[c];
            }
            for (int64_t c = 0; c < columns; c++) {
                double before = accumulate ? gradX[c] : 0;
                gradX[c] = static_cast<float>(before + y[c] * (gradY[c] - mean));
            }
        }
    }
};

class ReferenceLogSoftmax final : public Softmax {
public:
    void forward(const float* x, float* y, int64_t rows, int64_t columns, Workers&) const override {
        for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
            ShiftedSum sum = ShiftedSum::of(x, columns);
            for (int64_t c = 0; c < columns; c++) {
                y[c] = static_cast<float>(sum.logProbability(x[c]));
            }
        }
    }
    void backward(const float* y, const float* gradY, float* gradX, int64_t rows, int64_t columns, bool accumulate, Workers&) const override {
        for (int64_t r = 0; r < rows; r++, y += columns, gradY += columns, gradX += columns) {
            bool anything = false;                                   // a row without any choice has no slope
            double total = 0;
            for (int64_t c = 0; c < columns; c++) {
                anything = anything || y[c] != -std::numeric_limits<float>::infinity();
                total += gradY[c];
            }
            for (int64_t c = 0; c < columns; c++) {
                double before = accumulate ? gradX[c] : 0;
                gradX[c] = static_cast<float>(before + (anything ? gradY[c] - std::exp(static_cast<double>(y[c])) * total : 0));
            }
        }
    }
};

}  // namespace

std::shared_ptr<const Softmax> referenceSoftmax() { return std::make_shared<ReferenceSoftmax>(); }
std::shared_ptr<const Softmax> referenceLogSoftmax() { return std::make_shared<ReferenceLogSoftmax>(); }

}  // namespace llmsys
