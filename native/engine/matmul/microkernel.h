// The innermost piece of the packed product: a tile of C that stays in registers while k runs, so that each number loaded serves many multiply-adds.
//
//   C[m,n] = start[m,n] + sum over k ascending of A[m,k] * B[k,n]        m below the tile's rows, n below `columns`
//
// (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008.) Each instruction set has its own file.
#pragma once

#include <cstdint>

#include "llmsys.h"

namespace llmsys {

struct Tile {
    const float* a;          // packed: element (m,k) at k * rows + m; straight: at m * aStride + k
    int64_t aStride;
    const float* b;          // element (k,n) at k * bStride + n
    int64_t bStride;
    int64_t depth;           // K
    const float* start;      // what a sum begins with: element (m,n) at m * startStride + n (0: a bias, one row for all); null: 0
    int64_t startStride;
    float* c;                // element (m,n) at m * cStride + n
    int64_t cStride;
    int64_t columns;         // 1 to the kernel's columns; nothing beyond is read or written
};

struct MicroKernel {
    static constexpr int MOST_ROWS = 14;

    int rows;                                        // of the tallest tile
    int columns;                                     // of the widest
    void (*packed[MOST_ROWS + 1])(const Tile& tile);    // by rows, from 1
    void (*straight[MOST_ROWS + 1])(const Tile& tile);

    // to[k * width + lane] = from[lane * laneStride + k * kStride]: rows of A or columns of B side by side, as tiles read them.
    void (*pack)(const float* from, int64_t laneStride, int64_t kStride, int64_t lanes, int64_t depth, int64_t width, float* to);

    // Inputs [begin, end) of a panel of weights as floats [k][32], exactly (engine/matmul/panels.h); both at blocks of 32 for Q8_0 and Q4_0.
    void (*widen)(lls_dtype type, const void* panel, int64_t begin, int64_t end, float* to);
};

// Null where this library was built for another processor.
const MicroKernel* microKernelAvx512();
const MicroKernel* microKernelAvx2();
const MicroKernel* microKernelWasm();

}  // namespace llmsys
