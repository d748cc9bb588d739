// Matmul that meets Q8_0 and Q4_0 weights in whole numbers (engine/matmul/integer_rows.h) and leaves everything else to an exact provider.
#pragma once

#include <memory>

#include "engine/core/kernels.h"
#include "engine/matmul/integer_rows.h"

namespace llmsys {

class IntegerMatmul : public MatmulKernel {
public:
    IntegerMatmul(const IntegerKernel& kernel, std::shared_ptr<const MatmulKernel> exact) : kernel_(kernel), exact_(std::move(exact)) {}

    void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const override;
    void multiplyWeights(const Matrix& a, const WeightMatrix& w, const float* bias, const Matrix& c, Workers& workers) const override;
    void multiplyPanels(const Matrix& a, const lls_panels& w, const float* bias, const Matrix& c, Workers& workers) const override {
        exact_->multiplyPanels(a, w, bias, c, workers);
    }
    void multiplyBatch(const Matrix& a, int64_t aStride, const Matrix& b, int64_t bStride, const Matrix& c, int64_t cStride, int64_t count,
            bool accumulate,
                       Workers& workers) const override;

private:
    const IntegerKernel& kernel_;
    std::shared_ptr<const MatmulKernel> exact_;
};

}  // namespace llmsys
