// Whole-number products with AVX-512 VNNI: vpdpbusd multiplies four unsigned codes of a weight with four signed ones of x, for 16 outputs at once.
// Both halves of a panel in turn, up to eight rows: eight sums of a block and sixteen of floats are in registers, and weights are loaded once for all
// rows.
#include "engine/matmul/integer_rows.h"
#include "engine/matmul/panels.h"

#if defined(__x86_64__)

#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"                // inside the header of gcc 12
#include <immintrin.h>

#include <cstring>
#include <limits>
#include <utility>

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c")))

namespace llmsys {

namespace {

VNNI inline __mmask16 lanes(int64_t columns) { return static_cast<__mmask16>(columns >= 16 ? 0xFFFFu : columns <= 0 ? 0u : (1u << columns) - 1u); }

template <int R, bool NIBBLES>
VNNI void multiply(const IntegerTile& tile) {
    const __m512i low = _mm512_set1_epi8(15);
    const __mmask16 masks[2] = {lanes(tile.columns), lanes(tile.columns - 16)};
    __m512 sum[2][R];
#pragma GCC unroll 2
    for (int half = 0; half < 2; half++) {
        __m512 start = tile.bias == nullptr ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(masks[half], tile.bias + 16 * half);
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) {
            sum[half][r] = start;
        }
    }
    auto* rows = static_cast<const char*>(tile.rows);
    auto* block = static_cast<const char*>(tile.panel);
    for (int64_t b = tile.blocks; b > 0; b--) {
        auto* codes = reinterpret_cast<const int32_t*>(rows);
        auto* scales = reinterpret_cast<const float*>(codes + 8 * R);
        auto* corrections = codes + 9 * R;
#pragma GCC unroll 17
        for (int line = 0; R <= 2 && line < (NIBBLES ? 9 : 17); line++) {      // few rows wait for memory: four blocks ahead, past the larger caches
            _mm_prefetch(block + 4 * (NIBBLES ? PANEL_BLOCK_Q4 : PANEL_BLOCK_Q8) + 64 * line, _MM_HINT_NTA);
        }
#pragma GCC unroll 2
        for (int half = 0; half < 2; half++) {
            __m512i products[R];
#pragma GCC unroll 8
            for (int r = 0; r < R; r++) {
                products[r] = _mm512_set1_epi32(corrections[r]);
            }
#pragma GCC unroll 8
            for (int g = 0; g < 8; g++) {
                __m512i w = _mm512_loadu_si512(block + 64 + (NIBBLES ? 64 * g : 128 * g + 64 * half));
                if (NIBBLES) {
                    w = _mm512_and_si512(half == 0 ? w : _mm512_srli_epi16(w, 4), low);
                }
#pragma GCC unroll 8
                for (int r = 0; r < R; r++) {
                    products[r] = _mm512_dpbusd_epi32(products[r], w, _mm512_set1_epi32(codes[g * R + r]));
                }
            }
            // The other half reads the codes of x again; held in registers they would crowd out the sums.
            __asm__("" : "+r"(codes));
            __m512 d = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32 * half)));
#pragma GCC unroll 8
            for (int r = 0; r < R; r++) {
                sum[half][r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[r]), _mm512_mul_ps(d, _mm512_set1_ps(scales[r])), sum[half][r]);
            }
        }
        rows += 40 * R;
        block += NIBBLES ? PANEL_BLOCK_Q4 : PANEL_BLOCK_Q8;
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
        _mm512_mask_storeu_ps(tile.c + r * tile.cStride, masks[0], sum[0][r]);
        _mm512_mask_storeu_ps(tile.c + r * tile.cStride + 16, masks[1], sum[1][r]);
    }
}

VNNI void narrow(const float* x, int64_t stride, int64_t rows, int64_t blocks, int offset, void* to) {
    const __m512i size = _mm512_set1_epi32(0x7FFFFFFF);
    auto* out = static_cast<int32_t*>(to);
    for (int64_t b = 0; b < blocks; b++, out += 10 * rows) {
        for (int64_t r = 0; r < rows; r++) {
            const float* from = x + r * stride + b * 32;
            const __m512 first = _mm512_loadu_ps(from), second = _mm512_loadu_ps(from + 16);
            // Sizes in order of their bits: infinity and NaN are the largest.
            const int32_t bits = _mm512_reduce_max_epi32(_mm512_max_epi32(_mm512_and_si512(_mm512_castps_si512(first), size),
                                                                          _mm512_and_si512(_mm512_castps_si512(second), size)));
            float most;
            std::memcpy(&most, &bits, sizeof most);
            const bool finite = bits < 0x7F800000;
            const bool counts = finite && most >= 0x1p-120f;
            const __m512 inverse = _mm512_set1_ps(counts ? 127.0f / most : 0.0f);
            __m512i left = _mm512_cvtps_epi32(_mm512_mul_ps(first, inverse)), right = _mm512_cvtps_epi32(_mm512_mul_ps(second, inverse));
            if (!counts) {
                left = right = _mm512_setzero_si512();
            }
            alignas(16) int32_t codes[8];
            _mm_store_si128(reinterpret_cast<__m128i*>(codes), _mm512_cvtepi32_epi8(left));
            _mm_store_si128(reinterpret_cast<__m128i*>(codes + 4), _mm512_cvtepi32_epi8(right));
            for (int g = 0; g < 8; g++) {
                out[g * rows + r] = codes[g];
            }
            const float scale = !finite ? std::numeric_limits<float>::quiet_NaN() : counts ? most / 127.0f : 0.0f;
            std::memcpy(out + 8 * rows + r, &scale, sizeof scale);
            out[9 * rows + r] = -offset * _mm512_reduce_add_epi32(_mm512_add_epi32(left, right));
        }
    }
}

template <int... R>
IntegerKernel kernels(std::integer_sequence<int, R...>) {
    return IntegerKernel{IntegerKernel::MOST_ROWS, {nullptr, multiply<R + 1, false>...}, {nullptr, multiply<R + 1, true>...}, narrow};
}

}  // namespace

const IntegerKernel* integerKernelVnni() {
    static const IntegerKernel kernel = kernels(std::make_integer_sequence<int, IntegerKernel::MOST_ROWS>());
    return &kernel;
}

}  // namespace llmsys

#else

const llmsys::IntegerKernel* llmsys::integerKernelVnni() { return nullptr; }

#endif
