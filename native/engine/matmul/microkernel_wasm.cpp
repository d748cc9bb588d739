// Tiles of up to 4 rows x 16 columns for WebAssembly: registers of four floats, of which an engine has about fifteen at hand, and no fused
// multiply-add, so each product is rounded before it is added (numerics "mul-add-k-ascending"). Tall tiles are done in halves of 8 columns, flat
// ones whole: both keep eight sums in registers. Written with the compiler's own vectors, so a build without SIMD has the same sums, one at a time.
#include "engine/matmul/microkernel.h"
#include "engine/matmul/panels.h"

#if defined(__wasm__)

#include <cstring>

#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

typedef float Four __attribute__((vector_size(16)));
typedef int32_t FourInts __attribute__((vector_size(16)));

constexpr int ROWS = 4;
constexpr int COLUMNS = 16;

inline Four load(const float* from) {
    Four x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

inline void store(float* to, Four x) { std::memcpy(to, &x, sizeof x); }

// Lanes past `count` are 0, and are not read.
inline Four loadFirst(const float* from, int64_t count) {
    Four x = {};
    for (int64_t i = 0; i < count && i < 4; i++) {
        x[i] = from[i];
    }
    return x;
}

inline void storeFirst(float* to, Four x, int64_t count) {
    for (int64_t i = 0; i < count && i < 4; i++) {
        to[i] = x[i];
    }
}

// A tile of M rows and 4 * VECTORS columns, all of them there.
template <int M, int VECTORS, bool PACKED>
void multiplyWhole(const Tile& tile, int64_t column) {
    Four sum[M][VECTORS];
    for (int m = 0; m < M; m++) {
        for (int v = 0; v < VECTORS; v++) {
            sum[m][v] = tile.start == nullptr ? Four{} : load(tile.start + m * tile.startStride + column + 4 * v);
        }
    }
    const float* a = tile.a;
    const float* b = tile.b + column;
    const auto aStride = static_cast<intptr_t>(tile.aStride), bStride = static_cast<intptr_t>(tile.bStride);
    for (auto k = static_cast<intptr_t>(tile.depth); k > 0; k--) {
        for (int v = 0; v < VECTORS; v++) {
            const Four right = load(b + 4 * v);
            for (int m = 0; m < M; m++) {
                const float left = PACKED ? a[m] : a[m * aStride];
                sum[m][v] += Four{left, left, left, left} * right;
            }
        }
        a += PACKED ? M : 1;
        b += bStride;
    }
    for (int m = 0; m < M; m++) {
        for (int v = 0; v < VECTORS; v++) {
            store(tile.c + m * tile.cStride + column + 4 * v, sum[m][v]);
        }
    }
}

// Four columns from `column` on, or those of them that there are.
template <int M, bool PACKED>
void multiplyFour(const Tile& tile, int64_t column) {
    const int64_t count = tile.columns - column;
    Four sum[M];
    for (int m = 0; m < M; m++) {
        sum[m] = tile.start == nullptr ? Four{} : loadFirst(tile.start + m * tile.startStride + column, count);
    }
    for (int64_t k = 0; k < tile.depth; k++) {
        const float* b = tile.b + k * tile.bStride + column;
        const Four right = count >= 4 ? load(b) : loadFirst(b, count);
        for (int m = 0; m < M; m++) {
            const float left = PACKED ? tile.a[k * M + m] : tile.a[m * tile.aStride + k];
            sum[m] += Four{left, left, left, left} * right;
        }
    }
    for (int m = 0; m < M; m++) {
        storeFirst(tile.c + m * tile.cStride + column, sum[m], count);
    }
}

template <int M, bool PACKED>
void multiply(const Tile& tile) {
    constexpr int VECTORS = M <= 2 ? 4 : 2;
    int64_t column = 0;
    for (; column + 4 * VECTORS <= tile.columns; column += 4 * VECTORS) {
        multiplyWhole<M, VECTORS, PACKED>(tile, column);
    }
    for (; column < tile.columns; column += 4) {
        multiplyFour<M, PACKED>(tile, column);
    }
}

void pack(const float* from, int64_t laneStride, int64_t kStride, int64_t lanes, int64_t depth, int64_t width, float* to) {
    if (laneStride == 1) {
        for (int64_t k = 0; k < depth; k++) {
            std::memcpy(to + k * width, from + k * kStride, static_cast<size_t>(lanes) * sizeof(float));
        }
        return;
    }
    int64_t k = 0;
    if (kStride == 1) {
        for (; k + 4 <= depth; k += 4) {                             // squares of 4 x 4, turned
            int64_t lane = 0;
            for (; lane + 4 <= lanes; lane += 4) {
                const float* rows = from + lane * laneStride + k;
                const Four r0 = load(rows), r1 = load(rows + laneStride), r2 = load(rows + 2 * laneStride), r3 = load(rows + 3 * laneStride);
                const Four low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
                const Four high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
                float* place = to + k * width + lane;
                store(place, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
                store(place + width, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
                store(place + 2 * width, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
                store(place + 3 * width, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
            }
            for (; lane < lanes; lane++) {
                for (int64_t i = k; i < k + 4; i++) {
                    to[i * width + lane] = from[lane * laneStride + i];
                }
            }
        }
    }
    for (; k < depth; k++) {
        for (int64_t lane = 0; lane < lanes; lane++) {
            to[k * width + lane] = from[lane * laneStride + k * kStride];
        }
    }
}

// One block of 32 k of a panel of Q8_0 or Q4_0: its scales once, then four outputs at a time.
void widenBlock(bool nibbles, const uint8_t* block, float* to) {
    float scales[WeightMatrix::WIDTH];
    for (int64_t o = 0; o < WeightMatrix::WIDTH; o++) {
        uint16_t half;
        std::memcpy(&half, block + 2 * o, sizeof half);
        scales[o] = halfToFloat(half);
    }
    const int offset = nibbles ? 8 : 128;
    for (int k = 0; k < 32; k++) {
        const uint8_t* codes = block + 64 + k / 4 * (nibbles ? 64 : 128) + k % 4;
        for (int o = 0; o < 32; o += 4) {
            const uint8_t* four = codes + (nibbles ? o % 16 : o) * 4;
            FourInts code = {four[0], four[4], four[8], four[12]};
            if (nibbles) {
                code = o < 16 ? code & 15 : code >> 4;
            }
            store(to + k * 32 + o, __builtin_convertvector(code - offset, Four) * load(scales + o));
        }
    }
}

void widen(lls_dtype type, const void* panel, int64_t begin, int64_t end, float* to) {
    if (type != LLS_Q8_0 && type != LLS_Q4_0) {
        return widenPanel(type, panel, begin, end, to);
    }
    const int64_t size = type == LLS_Q8_0 ? PANEL_BLOCK_Q8 : PANEL_BLOCK_Q4;
    for (int64_t k = begin; k < end; k += 32, to += 32 * 32) {
        widenBlock(type == LLS_Q4_0, static_cast<const uint8_t*>(panel) + k / 32 * size, to);
    }
}

}  // namespace

const MicroKernel* microKernelWasm() {
    static const MicroKernel kernel{ROWS, COLUMNS,
                                    {nullptr, multiply<1, true>, multiply<2, true>, multiply<3, true>, multiply<4, true>},
                                    {nullptr, multiply<1, false>, multiply<2, false>, multiply<3, false>, multiply<4, false>},
                                    pack, widen};
    return &kernel;
}

}  // namespace llmsys

#else

const llmsys::MicroKernel* llmsys::microKernelWasm() { return nullptr; }

#endif
