// y[i] = a[i] op b[i], over arrays of equal size; every result is rounded once.
#include "engine/elementwise/reference.h"

namespace llmsys {

namespace {

class ReferenceElementwise final : public Elementwise {
public:
    void add(const float* a, const float* b, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            y[i] = a[i] + b[i];
        }
    }
    void subtract(const float* a, const float* b, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            y[i] = a[i] - b[i];
        }
    }
    void multiply(const float* a, const float* b, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            y[i] = a[i] * b[i];
        }
    }
    void divide(const float* a, const float* b, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            y[i] = a[i] / b[i];
        }
    }
    void scale(const float* a, float by, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            y[i] = a[i] * by;
        }
    }
    void addScaled(const float* a, float by, float* y, int64_t size, Workers&) const override {
        for (int64_t i = 0; i < size; i++) {
            float product = a[i] * by;
            y[i] = y[i] + product;
        }
    }
};

}  // namespace

std::shared_ptr<const Elementwise> referenceElementwise() { return std::make_shared<ReferenceElementwise>(); }

}  // namespace llmsys
