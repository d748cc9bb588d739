#include "engine/matmul/tiled.h"

#include <algorithm>
#include <cmath>

#include "engine/core/cpu.h"

namespace llmsys {

namespace {

constexpr int64_t WIDTH = 128;            // (64,128) numbers of B are 32 KiB
constexpr int64_t DEPTH = 64;
constexpr int64_t ROWS = 64;              // of a chunk

inline __attribute__((always_inline)) void loops(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate,
        int64_t begin, int64_t end) {
    float right[DEPTH * WIDTH];
    float row[WIDTH];
    for (int64_t n = 0; n < c.columns; n += WIDTH) {
        const int64_t width = std::min(WIDTH, c.columns - n);
        for (int64_t k = 0; k == 0 || k < a.columns; k += DEPTH) {
            const int64_t depth = std::min(DEPTH, a.columns - k);
            for (int64_t i = 0; i < depth; i++) {
                for (int64_t j = 0; j < width; j++) {
                    right[i * WIDTH + j] = b.data[(k + i) * b.row_stride + (n + j) * b.column_stride];
                }
            }
            for (int64_t m = begin; m < end; m++) {
                float* place = c.data + m * c.row_stride + n * c.column_stride;
                for (int64_t j = 0; j < width; j++) {
                    row[j] = accumulate || k > 0 ? place[j * c.column_stride] : bias != nullptr ? bias[n + j] : 0.0f;
                }
                for (int64_t i = 0; i < depth; i++) {
                    const float left = a.data[m * a.row_stride + (k + i) * a.column_stride];
                    const float* line = right + i * WIDTH;
                    for (int64_t j = 0; j < width; j++) {
                        row[j] = std::fma(left, line[j], row[j]);
                    }
                }
                for (int64_t j = 0; j < width; j++) {
                    place[j * c.column_stride] = row[j];
                }
            }
        }
    }
}

void plainLoops(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, int64_t begin, int64_t end) {
    loops(a, b, bias, c, accumulate, begin, end);
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void fmaLoops(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate,
        int64_t begin, int64_t end) {
    loops(a, b, bias, c, accumulate, begin, end);
}
#endif

}  // namespace

TileLoops tileLoops() {
#if defined(__x86_64__)
    if (Cpu::here().avx2) {
        return fmaLoops;
    }
#endif
    return plainLoops;
}

void TiledMatmul::multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const {
    if (!threaded_) {
        return loops_(a, b, bias, c, accumulate, 0, c.rows);
    }
    // Chunks of rows and of columns: a product of one row has columns only.
    constexpr int64_t COLUMNS = 4 * WIDTH;
    const int64_t down = (c.rows + ROWS - 1) / ROWS, across = (c.columns + COLUMNS - 1) / COLUMNS;
    workers.run(down * across, [&](int64_t chunk) {
        const int64_t m = chunk / across * ROWS, n = chunk % across * COLUMNS;
        const int64_t columns = std::min(COLUMNS, c.columns - n);
        const Matrix right{b.data + n * b.column_stride, b.rows, columns, b.row_stride, b.column_stride};
        const Matrix result{c.data + n * c.column_stride, c.rows, columns, c.row_stride, c.column_stride};
        loops_(a, right, bias == nullptr ? nullptr : bias + n, result, accumulate, m, std::min(c.rows, m + ROWS));
    });
}

}  // namespace llmsys
