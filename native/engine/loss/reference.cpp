// Rows (N,V), one loss a row, in double, rounded once.
//
//   cross-entropy  loss = -log p[class], p = softmax of the row       gradient (p[v] - (1 if v is the class, else 0)) * gradLoss; class -1: all 0
//   mse            loss = mean over V of (prediction - value)^2       gradient 2 (prediction - value) / V * gradLoss
//
// Goodfellow et al. 2016, Deep Learning, sections 6.2.2 and 5.1.4.
#include "engine/loss/reference.h"

#include <cmath>

#include "engine/core/error.h"
#include "engine/softmax/shifted_sum.h"

namespace llmsys {

void requireClasses(const int32_t* classes, int64_t n, int64_t v) {
    for (int64_t i = 0; i < n; i++) {
        if (classes[i] != LEFT_OUT && (classes[i] < 0 || classes[i] >= v)) {
            throw Error(LLS_INVALID,
                        "cross-entropy: the class " + std::to_string(classes[i]) + " of row " + std::to_string(i) + " of " + std::to_string(n),
                        "classes are below " + std::to_string(v) + ", or -1 for a row that does not count", "pass the ids of this vocabulary");
        }
    }
}

namespace {

class ReferenceCrossEntropy final : public Loss {
public:
    void forward(const float* predictions, const int32_t* classes, const float*, float* losses, int64_t n, int64_t v, Workers&) const override {
        requireClasses(classes, n, v);
        for (int64_t i = 0; i < n; i++, predictions += v) {
            losses[i] = classes[i] == LEFT_OUT ? 0 : static_cast<float>(-ShiftedSum::of(predictions, v).logProbability(predictions[classes[i]]));
        }
    }
    void backward(const float* predictions, const int32_t* classes, const float*, const float* gradLosses, float* gradPredictions, int64_t n,
                  int64_t v, Workers&) const override {
        requireClasses(classes, n, v);
        for (int64_t i = 0; i < n; i++, predictions += v, gradPredictions += v) {
            if (classes[i] == LEFT_OUT) {
                for (int64_t j = 0; j < v; j++) {
                    gradPredictions[j] = 0;
                }
                continue;
            }
            ShiftedSum sum = ShiftedSum::of(predictions, v);
            for (int64_t j = 0; j < v; j++) {
                double p = sum.probability(predictions[j]);
                gradPredictions[j] = static_cast<float>(gradLosses[i] * (j == classes[i] ? p - 1 : p));
            }
        }
    }
};

class ReferenceMeanSquaredError final : public Loss {
public:
    void forward(const float* predictions, const int32_t*, const float* values, float* losses, int64_t n, int64_t v, Workers&) const override {
        for (int64_t i = 0; i < n; i++, predictions += v, values += v) {
            double sum = 0;
            for (int64_t j = 0; j < v; j++) {
                double off = static_cast<double>(predictions[j]) - values[j];
                sum += off * off;
            }
            losses[i] = v == 0 ? 0 : static_cast<float>(sum / static_cast<double>(v));
        }
    }
    void backward(const float* predictions, const int32_t*, const float* values, const float* gradLosses, float* gradPredictions, int64_t n,
                  int64_t v, Workers&) const override {
        for (int64_t i = 0; i < n; i++, predictions += v, values += v, gradPredictions += v) {
            for (int64_t j = 0; j < v; j++) {
                double off = static_cast<double>(predictions[j]) - values[j];
                gradPredictions[j] = static_cast<float>(gradLosses[i] * 2 * off / static_cast<double>(v));
            }
        }
    }
};

}  // namespace

std::shared_ptr<const Loss> referenceCrossEntropy() { return std::make_shared<ReferenceCrossEntropy>(); }
std::shared_ptr<const Loss> referenceMeanSquaredError() { return std::make_shared<ReferenceMeanSquaredError>(); }

}  // namespace llmsys
