// Products with narrow weights in whole numbers, numerics class "q8-blocks": the rows of A are narrowed too, in blocks of 32 with a scale of their
// own, and the products of a block are summed exactly.
//
//   x[k] ~ dx * code,  dx = max|x| / 127,  code = x * (127 / max|x|) to the nearest, ties to even
//   y[n] = bias[n] + sum over blocks ascending of  (sum over k of q[n,k] * code[k]) * (dw[n] * dx)        one fma a block
// Where there is no fused multiply-add the last product is rounded before it is added: class "q8-blocks-mul-add".
//
// Source of the idea: llama.cpp's Q8_0 dot products. What is not finite in a block makes its row NaN; a block below 2^-120 counts as 0.
//
// Rows are laid in groups of up to MOST_ROWS, for each block: [k/4][row] four codes side by side, [row] scales, [row] corrections (40 bytes a row).
#pragma once

#include <cstdint>

#include "llmsys.h"

namespace llmsys {

struct IntegerTile {
    const void* rows;        // a group of R rows
    const void* panel;       // 32 outputs, Q8_0 or Q4_0 (engine/matmul/panels.h)
    int64_t blocks;          // K / 32
    const float* bias;       // (columns) or null
    float* c;                // element (r,n) at r * cStride + n
    int64_t cStride;
    int64_t columns;         // 1 to 32
};

struct IntegerKernel {
    static constexpr int MOST_ROWS = 8;

    int rows;                                               // of the largest group
    void (*q8[MOST_ROWS + 1])(const IntegerTile& tile);     // by rows, from 1
    void (*q4[MOST_ROWS + 1])(const IntegerTile& tile);

    // Narrows rows x (rows, K), `stride` apart. offset: what the weights' codes are above their value (128 for Q8_0, 8 for Q4_0); a correction is
    // -offset * sum of the codes of x.
    void (*narrow)(const float* x, int64_t stride, int64_t rows, int64_t blocks, int offset, void* to);
};

inline int64_t integerBytes(int64_t rows, int64_t blocks) { return rows * blocks * 40; }

const IntegerKernel* integerKernelScalar();
// Null where this library was built for another processor.
const IntegerKernel* integerKernelVnni();
const IntegerKernel* integerKernelAvx2();
const IntegerKernel* integerKernelWasm();        // null without registers of 128 bits too

// The scalar one, also for others: one row r of a group.
void narrowRows(const float* x, int64_t stride, int64_t rows, int64_t blocks, int offset, void* to);

}  // namespace llmsys
