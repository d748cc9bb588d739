// Whole-number products for WebAssembly: i32x4.dot_i16x8_s multiplies eight pairs of 16 bits and adds neighbours, so four codes of an output become two
// sums, which meet at the end of a block. There is no fused multiply-add: the last step rounds the product before it is added, a class of its own.
#include "engine/matmul/integer_rows.h"
#include "engine/matmul/panels.h"

#if defined(__wasm_simd128__)

#include <wasm_simd128.h>

#include <cstring>
#include <limits>
#include <utility>

namespace llmsys {

namespace {

constexpr int ROWS = 2;                       // more would meet the same number of codes at a time: the registers are full
constexpr int SUMS = 8;                       // of four whole numbers, that stay in registers

// Four halves as floats, of every kind. A normal one gets the exponent of a float by adding and by a product with a power of two, which leaves
// infinities and NaN as they are; a subnormal one is written behind the point of 0.5, which is taken away.
inline v128_t halvesToFloats(const void* from) {
    const v128_t half = wasm_u32x4_load16x4(from);
    const v128_t twice = wasm_i32x4_shl(half, 17);                                                // without its sign
    const v128_t exponent = wasm_i32x4_add(wasm_u32x4_shr(twice, 4), wasm_i32x4_splat(0x70000000));
    const v128_t normal = wasm_f32x4_mul(exponent, wasm_f32x4_splat(0x1p-112f));
    const v128_t behind = wasm_v128_or(wasm_u32x4_shr(twice, 17), wasm_i32x4_splat(0x3F000000));
    const v128_t subnormal = wasm_f32x4_sub(behind, wasm_f32x4_splat(0.5f));
    const v128_t which = wasm_u32x4_lt(twice, wasm_i32x4_splat(1 << 27));
    const v128_t sign = wasm_v128_and(wasm_i32x4_shl(half, 16), wasm_i32x4_splat(INT32_MIN));
    return wasm_v128_or(sign, wasm_v128_bitselect(subnormal, normal, which));
}

// y[r][first ... first + 3] += the whole sums of a block, each in two parts side by side, times both scales.
template <int R>
inline void addSums(const uint8_t* rows, const uint8_t* block, int r, int first, v128_t low, v128_t high, float (*y)[32]) {
    const v128_t even = wasm_i32x4_shuffle(low, high, 0, 2, 4, 6), odd = wasm_i32x4_shuffle(low, high, 1, 3, 5, 7);
    const v128_t whole = wasm_i32x4_add(wasm_i32x4_add(even, odd), wasm_v128_load32_splat(rows + 36 * R + 4 * r));
    const v128_t scale = wasm_f32x4_mul(halvesToFloats(block + 2 * first), wasm_v128_load32_splat(rows + 32 * R + 4 * r));
    float* place = y[r] + first;
    wasm_v128_store(place, wasm_f32x4_add(wasm_v128_load(place), wasm_f32x4_mul(wasm_f32x4_convert_i32x4(whole), scale)));
}

// A block's share of y: of outputs first ... first + 2 V - 1, and with NIBBLES of those sixteen further on too, whose codes lie in the same bytes.
template <int R, int V, bool NIBBLES>
inline void addBlock(const uint8_t* rows, const uint8_t* block, int first, float (*y)[32]) {
    constexpr int HALVES = NIBBLES ? 2 : 1;
    v128_t sum[R][HALVES][V];
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < HALVES * V; v++) {
            sum[r][v / V][v % V] = wasm_i32x4_splat(0);
        }
    }
    const uint8_t* codes = block + 64 + 4 * first;
    for (int g = 0; g < 8; g++) {
        v128_t x[R];
        for (int r = 0; r < R; r++) {
            x[r] = wasm_i16x8_extend_low_i8x16(wasm_v128_load32_splat(rows + (g * R + r) * 4));
        }
        for (int v = 0; v < V; v++) {
            const v128_t bytes = wasm_u16x8_load8x8(codes + g * (128 / HALVES) + 8 * v);       // two outputs x four inputs
            for (int half = 0; half < HALVES; half++) {
                const v128_t w = !NIBBLES ? bytes : half == 0 ? wasm_v128_and(bytes, wasm_i16x8_splat(15)) : wasm_u16x8_shr(bytes, 4);
                for (int r = 0; r < R; r++) {
                    sum[r][half][v] = wasm_i32x4_add(sum[r][half][v], wasm_i32x4_dot_i16x8(w, x[r]));
                }
            }
        }
    }
    for (int half = 0; half < HALVES; half++) {
        for (int v = 0; v < V; v += 2) {
            for (int r = 0; r < R; r++) {
                addSums<R>(rows, block, r, first + 16 * half + 2 * v, sum[r][half][v], sum[r][half][v + 1], y);
            }
        }
    }
}

template <int R, bool NIBBLES>
void multiply(const IntegerTile& tile) {
    constexpr int PAIRS = SUMS / (NIBBLES ? 2 * R : R);
    alignas(16) float y[R][32] = {};
    for (int64_t n = 0; tile.bias != nullptr && n < tile.columns; n++) {
        for (int r = 0; r < R; r++) {
            y[r][n] = tile.bias[n];
        }
    }
    auto* rows = static_cast<const uint8_t*>(tile.rows);
    auto* block = static_cast<const uint8_t*>(tile.panel);
    for (int64_t b = tile.blocks; b > 0; b--) {
        for (int first = 0; first < (NIBBLES ? 16 : 32); first += 2 * PAIRS) {
            addBlock<R, PAIRS, NIBBLES>(rows, block, first, y);
        }
        rows += 40 * R;
        block += NIBBLES ? PANEL_BLOCK_Q4 : PANEL_BLOCK_Q8;
    }
    for (int r = 0; r < R; r++) {
        std::memcpy(tile.c + r * tile.cStride, y[r], static_cast<size_t>(tile.columns) * sizeof(float));
    }
}

// narrowRows, four numbers at a time: the largest of a block tells NaN and infinity too.
void narrow(const float* x, int64_t stride, int64_t rows, int64_t blocks, int offset, void* to) {
    constexpr float LEAST = 0x1p-120f;
    auto* out = static_cast<uint8_t*>(to);
    for (int64_t b = 0; b < blocks; b++, out += 40 * rows) {
        for (int64_t r = 0; r < rows; r++) {
            const float* from = x + r * stride + b * 32;
            v128_t largest = wasm_f32x4_splat(0);
            for (int k = 0; k < 32; k += 4) {
                largest = wasm_f32x4_max(largest, wasm_f32x4_abs(wasm_v128_load(from + k)));
            }
            largest = wasm_f32x4_max(largest, wasm_i32x4_shuffle(largest, largest, 2, 3, 0, 1));
            largest = wasm_f32x4_max(largest, wasm_i32x4_shuffle(largest, largest, 1, 0, 3, 2));
            const float most = wasm_f32x4_extract_lane(largest, 0);
            const bool finite = most <= std::numeric_limits<float>::max(), counts = finite && most >= LEAST;
            const v128_t inverse = wasm_f32x4_splat(counts ? 127.0f / most : 0.0f);
            v128_t sums = wasm_i32x4_splat(0);
            for (int g = 0; g < 8; g++) {
                // what is not finite becomes some code, times a scale that is NaN
                const v128_t code = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(wasm_v128_load(from + 4 * g), inverse)));
                sums = wasm_i32x4_add(sums, code);
                const v128_t bytes = wasm_i8x16_shuffle(code, code, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
                wasm_v128_store32_lane(out + (g * rows + r) * 4, bytes, 0);
            }
            sums = wasm_i32x4_add(sums, wasm_i32x4_shuffle(sums, sums, 2, 3, 0, 1));
            const int32_t correction = -offset * (wasm_i32x4_extract_lane(sums, 0) + wasm_i32x4_extract_lane(sums, 1));
            const float scale = !finite ? std::numeric_limits<float>::quiet_NaN() : counts ? most / 127.0f : 0.0f;
            std::memcpy(out + 32 * rows + 4 * r, &scale, sizeof scale);
            std::memcpy(out + 36 * rows + 4 * r, &correction, sizeof correction);
        }
    }
}

template <int... R>
IntegerKernel kernels(std::integer_sequence<int, R...>) {
    return IntegerKernel{ROWS, {nullptr, multiply<R + 1, false>...}, {nullptr, multiply<R + 1, true>...}, narrow};
}

}  // namespace

const IntegerKernel* integerKernelWasm() {
    static const IntegerKernel kernel = kernels(std::make_integer_sequence<int, ROWS>());
    return &kernel;
}

}  // namespace llmsys

#else

const llmsys::IntegerKernel* llmsys::integerKernelWasm() { return nullptr; }

#endif
