// Small products over lanes: C (M,N) = start + A (M,K) B (K,N), start 0 or C itself; one accumulator an element, k ascending.
// A may lie in any order and is read number by number; rows of B and C lie side by side in lanes. Include one of the lanes_*.h first.
#pragma once

#ifndef LANES
#error "include one of lanes_avx512.h, lanes_avx2.h, lanes_portable.h first"
#endif

#include <algorithm>
#include <cstdint>

#include "engine/activation/pieces.h"

namespace llmsys::LANES {

struct Left {
    const float* data;
    int64_t rowStride, kStride;
};
struct Right {
    const float* data;
    int64_t kStride;
};
struct Result {
    float* data;
    int64_t rowStride;
};

// ROWS x COLUMNS registers of C. APART: the row stride of A where it is known (0: it is not). SHORT: the last register is not full, `left` counts.
template <int ROWS, int COLUMNS, int APART, bool SHORT>
LANES_TARGET static void tile(Left a, Right b, Result c, int64_t k, int64_t left, bool accumulate) {
    const int64_t apart = APART == 0 ? a.rowStride : APART;
    const int64_t last = left - 16 * (COLUMNS - 1);
    Lanes sums[ROWS][COLUMNS];
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 2
        for (int n = 0; n < COLUMNS; n++) {
            const float* from = c.data + r * c.rowStride + 16 * n;
            sums[r][n] = !accumulate ? all(0.0f) : SHORT && n == COLUMNS - 1 ? loadFirst(from, last) : load(from);
        }
    }
    for (int64_t i = 0; i < k; i++) {
        Lanes row[COLUMNS];
#pragma GCC unroll 2
        for (int n = 0; n < COLUMNS; n++) {
            row[n] = SHORT && n == COLUMNS - 1 ? loadFirst(b.data + 16 * n, last) : load(b.data + 16 * n);
        }
#pragma GCC unroll 12
        for (int r = 0; r < ROWS; r++) {
            Lanes number = all(a.data[r * apart]);
#pragma GCC unroll 2
            for (int n = 0; n < COLUMNS; n++) {
                sums[r][n] = fma(number, row[n], sums[r][n]);
            }
        }
        a.data += a.kStride;
        b.data += b.kStride;
    }
#pragma GCC unroll 12
    for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 2
        for (int n = 0; n < COLUMNS; n++) {
            float* to = c.data + r * c.rowStride + 16 * n;
            if (SHORT && n == COLUMNS - 1) {
                storeFirst(to, last, sums[r][n]);
            } else {
                store(to, sums[r][n]);
            }
        }
    }
}

// As many rows as a tile has, then half as many, and so on.
template <int ROWS, int COLUMNS, int APART, bool SHORT>
LANES_TARGET static void strip(Left a, Right b, Result c, int64_t m, int64_t k, int64_t left, bool accumulate) {
    for (; m >= ROWS; m -= ROWS) {
        tile<ROWS, COLUMNS, APART, SHORT>(a, b, c, k, left, accumulate);
        a.data += ROWS * (APART == 0 ? a.rowStride : APART);
        c.data += ROWS * c.rowStride;
    }
    if constexpr (ROWS > 1) {
        if (m > 0) {
            strip<ROWS == 12 ? 8 : ROWS == 6 ? 4 : ROWS == 3 ? 2 : ROWS / 2, COLUMNS, APART, SHORT>(a, b, c, m, k, left, accumulate);
        }
    }
}

template <int APART>
LANES_TARGET static void product(Left a, Right b, Result c, int64_t m, int64_t n, int64_t k, bool accumulate) {
    constexpr int64_t WIDE = 16 * TILE_LANES;
    for (; n > 0; n -= WIDE, b.data += WIDE, c.data += WIDE) {
        if (n >= WIDE) {
            strip<TILE_ROWS, TILE_LANES, APART, false>(a, b, c, m, k, WIDE, accumulate);
        } else if (TILE_LANES == 1 || n < 16) {
            strip<TILE_ROWS, 1, APART, true>(a, b, c, m, k, n, accumulate);
        } else if (n == 16) {
            strip<TILE_ROWS, 1, APART, false>(a, b, c, m, k, n, accumulate);
        } else {
            strip<TILE_ROWS, TILE_LANES, APART, true>(a, b, c, m, k, n, accumulate);
        }
    }
}

}  // namespace llmsys::LANES
