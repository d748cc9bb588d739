// C[m,n] = start + sum over k ascending of A[m,k] * B[k,n], by the definition. A (M,K), B (K,N), C (M,N), any strides.
#pragma once

#include "engine/core/kernels.h"

namespace llmsys {

class NaiveMatmul : public MatmulKernel {
public:
    void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const override;
};

}  // namespace llmsys
