// The naive loops in blocks: columns n in runs of WIDTH whose part of B stays in the first cache while all rows m pass by, and k outside n, so that
// the innermost loop goes along rows of B and C (Lam, Rothberg and Wolf, The Cache Performance and Optimizations of Blocked Algorithms, 1991).
//
//   for each block of n, of k, and row m:  C[m,n] = fma(A[m,k], B[k,n], C[m,n])        k ascending, so the bits are those of the naive loops
#pragma once

#include "engine/core/kernels.h"

namespace llmsys {

// Rows [begin, end) of C.
using TileLoops = void (*)(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, int64_t begin, int64_t end);

// With the processor's fma instruction where it has one, else with the C library's.
TileLoops tileLoops();

// threaded: blocks of rows are shared out.
class TiledMatmul : public MatmulKernel {
public:
    TiledMatmul(TileLoops loops, bool threaded) : loops_(loops), threaded_(threaded) {}
    void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const override;

private:
    TileLoops loops_;
    bool threaded_;
};

}  // namespace llmsys
