// Sixteen floats at once, in one AVX-512 register. See lanes.h for what the three kinds of lanes have in common.
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"      // gcc 12 warns inside its own AVX-512 header
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <cstdint>

#define LANES avx512
#define LANES_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))
#define LANES_INLINE static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))

namespace llmsys::avx512 {

using Lanes = __m512;
using Mask = __mmask16;

constexpr const char* SUFFIX = "-avx512";
constexpr const char* NUMERICS = "lanes-16-fma";
constexpr int RANKING = 30;
constexpr int TILE_ROWS = 12;       // of a product's tile: what the registers hold
constexpr int TILE_LANES = 2;

// The first `count` of sixteen.
LANES_INLINE Mask first(int64_t count) { return static_cast<Mask>((1u << count) - 1); }
LANES_INLINE Lanes load(const float* from) { return _mm512_loadu_ps(from); }
LANES_INLINE void store(float* to, Lanes x) { _mm512_storeu_ps(to, x); }
LANES_INLINE Lanes loadFirst(const float* from, int64_t count) { return _mm512_maskz_loadu_ps(first(count), from); }
LANES_INLINE void storeFirst(float* to, int64_t count, Lanes x) { _mm512_mask_storeu_ps(to, first(count), x); }
LANES_INLINE Lanes all(float x) { return _mm512_set1_ps(x); }
LANES_INLINE Lanes fma(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
LANES_INLINE Lanes max(Lanes a, Lanes b) { return _mm512_max_ps(a, b); }
LANES_INLINE Lanes min(Lanes a, Lanes b) { return _mm512_min_ps(a, b); }
LANES_INLINE Lanes sqrt(Lanes x) { return _mm512_sqrt_ps(x); }
LANES_INLINE Lanes absolute(Lanes x) { return _mm512_abs_ps(x); }
LANES_INLINE Lanes negative(Lanes x) { return _mm512_xor_ps(x, _mm512_set1_ps(-0.0f)); }
LANES_INLINE Mask less(Lanes a, Lanes b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
LANES_INLINE Lanes select(Mask which, Lanes yes, Lanes no) { return _mm512_mask_blend_ps(which, no, yes); }
LANES_INLINE Mask both(Mask a, Mask b) { return static_cast<Mask>(a & b); }
LANES_INLINE bool any(Mask which) { return which != 0; }
// x * 2^n, n whole, the result a normal number
LANES_INLINE Lanes timesPowerOfTwo(Lanes x, Lanes n) { return _mm512_scalef_ps(x, n); }
// lanes 1 0 3 2 5 4 ...
LANES_INLINE Lanes swapPairs(Lanes x) { return _mm512_permute_ps(x, 0xB1); }

LANES_INLINE float sum(Lanes x) {
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
LANES_INLINE float largest(Lanes x) {
    __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}

// to[c * toStride + r] = from[r * fromStride + c], r and c below 16: pairs, quadruples, quarters, halves change places.
LANES_INLINE void transpose(const float* from, int64_t fromStride, float* to, int64_t toStride) {
    __m512 a[16], b[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        a[i] = _mm512_loadu_ps(from + i * fromStride);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {
        __m512 low01 = _mm512_unpacklo_ps(a[i], a[i + 1]), high01 = _mm512_unpackhi_ps(a[i], a[i + 1]);
        __m512 low23 = _mm512_unpacklo_ps(a[i + 2], a[i + 3]), high23 = _mm512_unpackhi_ps(a[i + 2], a[i + 3]);
        b[i] = _mm512_shuffle_ps(low01, low23, 0x44);
        b[i + 1] = _mm512_shuffle_ps(low01, low23, 0xEE);
        b[i + 2] = _mm512_shuffle_ps(high01, high23, 0x44);
        b[i + 3] = _mm512_shuffle_ps(high01, high23, 0xEE);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {                        // column i of each quarter: lanes 4q + i
        __m512 even01 = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88), odd01 = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xDD);
        __m512 even23 = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88), odd23 = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xDD);
        _mm512_storeu_ps(to + i * toStride, _mm512_shuffle_f32x4(even01, even23, 0x88));
        _mm512_storeu_ps(to + (i + 8) * toStride, _mm512_shuffle_f32x4(even01, even23, 0xDD));
        _mm512_storeu_ps(to + (i + 4) * toStride, _mm512_shuffle_f32x4(odd01, odd23, 0x88));
        _mm512_storeu_ps(to + (i + 12) * toStride, _mm512_shuffle_f32x4(odd01, odd23, 0xDD));
    }
}

// A row of exactly sixteen: masks cost little here.
constexpr int64_t NARROW = 16;
LANES_INLINE Lanes allNarrow(float x) { return all(x); }
LANES_INLINE Lanes loadNarrow(const float* from) { return load(from); }
LANES_INLINE void storeNarrow(float* to, Lanes x) { store(to, x); }
LANES_INLINE void sums(Lanes a, Lanes b, Lanes c, Lanes d, float* to) {
    to[0] = sum(a);
    to[1] = sum(b);
    to[2] = sum(c);
    to[3] = sum(d);
}

}  // namespace llmsys::avx512
