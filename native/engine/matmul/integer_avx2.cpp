// Whole-number products with AVX2: vpmaddubsw multiplies unsigned with signed bytes and adds pairs in 16 bits, which hold 2 * 128 * 127. Codes of
// Q8_0 are split into size and sign, and the sign goes over to x.
#include "engine/matmul/integer_rows.h"
#include "engine/matmul/panels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <utility>

#define AVX2 __attribute__((target("avx2,fma,f16c")))

namespace llmsys {

namespace {

constexpr int ROWS = 4;

// 8 outputs x 4 k: what is added to the sums of a block.
template <bool NIBBLES>
AVX2 inline __m256i products(__m256i w, __m256i x) {
    if (NIBBLES) {
        return _mm256_madd_epi16(_mm256_maddubs_epi16(w, x), _mm256_set1_epi16(1));
    }
    const __m256i value = _mm256_xor_si256(w, _mm256_set1_epi8(static_cast<char>(-128)));
    return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(value), _mm256_sign_epi8(x, value)), _mm256_set1_epi16(1));
}

template <int R, bool NIBBLES>
AVX2 void multiply(const IntegerTile& tile) {
    alignas(32) float sums[R][32] = {};
    for (int64_t n = 0; tile.bias != nullptr && n < tile.columns; n++) {
        for (int r = 0; r < R; r++) {
            sums[r][n] = tile.bias[n];
        }
    }
    auto* rows = static_cast<const char*>(tile.rows);
    auto* block = static_cast<const char*>(tile.panel);
    for (int64_t b = tile.blocks; b > 0; b--) {
        auto* codes = reinterpret_cast<const int32_t*>(rows);
        auto* scales = reinterpret_cast<const float*>(codes + 8 * R);
        auto* corrections = codes + 9 * R;
        for (int q = 0; q < 4; q++) {                                 // 8 of the panel's 32 outputs
            __m256i sum[R];
#pragma GCC unroll 4
            for (int r = 0; r < R; r++) {
                sum[r] = NIBBLES ? _mm256_set1_epi32(corrections[r]) : _mm256_setzero_si256();
            }
#pragma GCC unroll 8
            for (int g = 0; g < 8; g++) {
                __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 64 + (NIBBLES ? 64 * g + 32 * (q % 2) : 128 * g + 32 * q)));
                if (NIBBLES) {
                    w = _mm256_and_si256(q < 2 ? w : _mm256_srli_epi16(w, 4), _mm256_set1_epi8(15));
                }
#pragma GCC unroll 4
                for (int r = 0; r < R; r++) {
                    sum[r] = _mm256_add_epi32(sum[r], products<NIBBLES>(w, _mm256_set1_epi32(codes[g * R + r])));
                }
            }
            const __m256 d = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * q)));
#pragma GCC unroll 4
            for (int r = 0; r < R; r++) {
                float* place = sums[r] + 8 * q;
                _mm256_store_ps(place, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r]), _mm256_mul_ps(d, _mm256_set1_ps(scales[r])),
                        _mm256_load_ps(place)));
            }
        }
        rows += 40 * R;
        block += NIBBLES ? PANEL_BLOCK_Q4 : PANEL_BLOCK_Q8;
    }
    for (int r = 0; r < R; r++) {
        for (int64_t n = 0; n < tile.columns; n++) {
            tile.c[r * tile.cStride + n] = sums[r][n];
        }
    }
}

template <int... R>
IntegerKernel kernels(std::integer_sequence<int, R...>) {
    return IntegerKernel{ROWS, {nullptr, multiply<R + 1, false>...}, {nullptr, multiply<R + 1, true>...}, narrowRows};
}

}  // namespace

const IntegerKernel* integerKernelAvx2() {
    static const IntegerKernel kernel = kernels(std::make_integer_sequence<int, ROWS>());
    return &kernel;
}

}  // namespace llmsys

#else

const llmsys::IntegerKernel* llmsys::integerKernelAvx2() { return nullptr; }

#endif
