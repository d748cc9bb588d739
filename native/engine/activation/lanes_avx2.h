// Sixteen floats at once, in two AVX2 registers: the same operations as one AVX-512 register, so the same bits. See lanes.h.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define LANES avx2
#define LANES_TARGET __attribute__((target("avx2,fma")))
#define LANES_INLINE static inline __attribute__((always_inline, target("avx2,fma")))

namespace llmsys::avx2 {

struct Lanes {
    __m256 low, high;
};
using Mask = Lanes;                 // all bits of a lane, or none

constexpr const char* SUFFIX = "-avx2";
constexpr const char* NUMERICS = "lanes-16-fma";
constexpr int RANKING = 20;
constexpr int TILE_ROWS = 6;        // of a product's tile: what the registers hold
constexpr int TILE_LANES = 1;

LANES_INLINE Lanes operator+(Lanes a, Lanes b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
LANES_INLINE Lanes operator-(Lanes a, Lanes b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
LANES_INLINE Lanes operator*(Lanes a, Lanes b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
LANES_INLINE Lanes operator/(Lanes a, Lanes b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }

LANES_INLINE Lanes all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
LANES_INLINE Lanes load(const float* from) { return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)}; }
LANES_INLINE void store(float* to, Lanes x) {
    _mm256_storeu_ps(to, x.low);
    _mm256_storeu_ps(to + 8, x.high);
}
// All bits in the first `count` of eight lanes.
LANES_INLINE __m256i firstOfEight(int64_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
// The first `count` of sixteen.
LANES_INLINE Mask first(int64_t count) { return {_mm256_castsi256_ps(firstOfEight(count)), _mm256_castsi256_ps(firstOfEight(count - 8))}; }
LANES_INLINE Lanes loadFirst(const float* from, int64_t count) {
    return {_mm256_maskload_ps(from, firstOfEight(count)), count > 8 ? _mm256_maskload_ps(from + 8, firstOfEight(count - 8)) : _mm256_setzero_ps()};
}
LANES_INLINE void storeFirst(float* to, int64_t count, Lanes x) {
    _mm256_maskstore_ps(to, firstOfEight(count), x.low);
    if (count > 8) {
        _mm256_maskstore_ps(to + 8, firstOfEight(count - 8), x.high);
    }
}
LANES_INLINE Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)}; }
LANES_INLINE Lanes max(Lanes a, Lanes b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
LANES_INLINE Lanes min(Lanes a, Lanes b) { return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }
LANES_INLINE Lanes sqrt(Lanes x) { return {_mm256_sqrt_ps(x.low), _mm256_sqrt_ps(x.high)}; }
LANES_INLINE Lanes absolute(Lanes x) {
    __m256 sign = _mm256_set1_ps(-0.0f);
    return {_mm256_andnot_ps(sign, x.low), _mm256_andnot_ps(sign, x.high)};
}
LANES_INLINE Lanes negative(Lanes x) {
    __m256 sign = _mm256_set1_ps(-0.0f);
    return {_mm256_xor_ps(sign, x.low), _mm256_xor_ps(sign, x.high)};
}
LANES_INLINE Mask less(Lanes a, Lanes b) { return {_mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ)}; }
LANES_INLINE Lanes select(Mask which, Lanes yes, Lanes no) {
    return {_mm256_blendv_ps(no.low, yes.low, which.low), _mm256_blendv_ps(no.high, yes.high, which.high)};
}
LANES_INLINE Mask both(Mask a, Mask b) { return {_mm256_and_ps(a.low, b.low), _mm256_and_ps(a.high, b.high)}; }
LANES_INLINE bool any(Mask which) { return (_mm256_movemask_ps(which.low) | _mm256_movemask_ps(which.high)) != 0; }
// 2^n for whole n from -126 to 127
LANES_INLINE __m256 powerOfTwo(__m256 n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}
// x * 2^n, n whole, the result a normal number
LANES_INLINE Lanes timesPowerOfTwo(Lanes x, Lanes n) { return {_mm256_mul_ps(x.low, powerOfTwo(n.low)), _mm256_mul_ps(x.high, powerOfTwo(n.high))}; }
// lanes 1 0 3 2 5 4 ...
LANES_INLINE Lanes swapPairs(Lanes x) { return {_mm256_permute_ps(x.low, 0xB1), _mm256_permute_ps(x.high, 0xB1)}; }

LANES_INLINE float sum(Lanes x) {
    __m256 eight = _mm256_add_ps(x.low, x.high);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
LANES_INLINE float largest(Lanes x) {
    __m256 eight = _mm256_max_ps(x.low, x.high);
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}

// to[c * toStride + r] = from[r * fromStride + c], r and c below 8
LANES_INLINE void transposeEight(const float* from, int64_t fromStride, float* to, int64_t toStride) {
    __m256 a[8], b[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        a[i] = _mm256_loadu_ps(from + i * fromStride);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        __m256 low01 = _mm256_unpacklo_ps(a[i], a[i + 1]), high01 = _mm256_unpackhi_ps(a[i], a[i + 1]);
        __m256 low23 = _mm256_unpacklo_ps(a[i + 2], a[i + 3]), high23 = _mm256_unpackhi_ps(a[i + 2], a[i + 3]);
        b[i] = _mm256_shuffle_ps(low01, low23, 0x44);
        b[i + 1] = _mm256_shuffle_ps(low01, low23, 0xEE);
        b[i + 2] = _mm256_shuffle_ps(high01, high23, 0x44);
        b[i + 3] = _mm256_shuffle_ps(high01, high23, 0xEE);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(to + i * toStride, _mm256_permute2f128_ps(b[i], b[i + 4], 0x20));
        _mm256_storeu_ps(to + (i + 4) * toStride, _mm256_permute2f128_ps(b[i], b[i + 4], 0x31));
    }
}
// The same for r and c below 16.
LANES_INLINE void transpose(const float* from, int64_t fromStride, float* to, int64_t toStride) {
    transposeEight(from, fromStride, to, toStride);
    transposeEight(from + 8, fromStride, to + 8 * toStride, toStride);
    transposeEight(from + 8 * fromStride, fromStride, to + 8, toStride);
    transposeEight(from + 8 * fromStride + 8, fromStride, to + 8 * toStride + 8, toStride);
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

}  // namespace llmsys::avx2
