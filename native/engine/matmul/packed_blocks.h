// The loops around the microkernel, for any right operand.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/core/kernels.h"
#include "engine/matmul/microkernel.h"

namespace llmsys {

inline int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Cuts `extent` into `count` pieces that differ by one at most: piece i is [at(i), at(i + 1)).
struct Pieces {
    int64_t extent;
    int64_t count;
    static Pieces ofAtMost(int64_t extent, int64_t most) { return {extent, divideUp(extent, most)}; }
    int64_t at(int64_t i) const { return extent * i / count; }
};

// What stands right of the product: strips of kernel.columns columns from column n on, rows k to k + depth.
class RightOperand {
public:
    virtual ~RightOperand() = default;
    // Where the strip's element (k, n) lies, elements of a row side by side; `memory` has room for (depth, 32) floats if packs().
    virtual const float* strip(int64_t n, int64_t k, int64_t depth, float* memory, int64_t& stride) const = 0;
    virtual bool packs() const = 0;
    // `count` strips side by side from column n on: strip i at places[i], packed to memory + i * size.
    virtual void strips(int64_t n, int64_t width, int64_t count, int64_t k, int64_t depth, float* memory, int64_t size, const float** places,
            int64_t& stride) const {
        for (int64_t i = 0; i < count; i++) {
            places[i] = strip(n + i * width, k, depth, memory + i * size, stride);
        }
    }
};

// C = start + A B for many rows. columns of C need not lie side by side.
void multiplyPanels(const MicroKernel& kernel, const Matrix& a, const RightOperand& b, const float* bias, const Matrix& c, bool accumulate,
        Workers& workers);

// C = start + A B for few rows: A and C as they lie (column stride of A 1), each strip of B met once.
void multiplyStraight(const MicroKernel& kernel, const Matrix& a, const RightOperand& b, const float* bias, const Matrix& c, bool accumulate,
        Workers& workers);

}  // namespace llmsys
