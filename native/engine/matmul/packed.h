// Matrix product over packed panels. A is cut along k into blocks, and its rows are copied into panels in the order in which the microkernel reads
// them; a chunk of work is a few strips of columns of B, packed where they are used (weights lie so already), and all panels of A pass by them.
//
//   for each block of k:  pack A;  for each group of strips, shared out:  for each panel of A:  for each strip:  a tile of C
//
// Sums rest in C between blocks, so each element has one accumulator that meets k ascending: the bits are those of the naive loops.
#pragma once

#include "engine/core/kernels.h"
#include "engine/matmul/microkernel.h"

namespace llmsys {

class PackedMatmul : public MatmulKernel {
public:
    explicit PackedMatmul(const MicroKernel& kernel) : kernel_(kernel) {}

    void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const override;
    void multiplyWeights(const Matrix& a, const WeightMatrix& w, const float* bias, const Matrix& c, Workers& workers) const override;
    void multiplyPanels(const Matrix& a, const lls_panels& w, const float* bias, const Matrix& c, Workers& workers) const override;
    void multiplyBatch(const Matrix& a, int64_t aStride, const Matrix& b, int64_t bStride, const Matrix& c, int64_t cStride, int64_t count,
            bool accumulate,
                       Workers& workers) const override;

protected:
    const MicroKernel& kernel_;
};

}  // namespace llmsys
