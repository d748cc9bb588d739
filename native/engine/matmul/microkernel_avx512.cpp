// Tiles of up to 12 rows x 32 columns in 24 of the 32 registers of AVX-512: two loads of B and twelve broadcasts of A feed 24 multiply-adds.
#include "engine/matmul/microkernel.h"

#include "engine/matmul/panels.h"

#if defined(__x86_64__)

#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"                // inside the header of gcc 12
#include <immintrin.h>

#include <utility>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))

namespace llmsys {

namespace {

constexpr int ROWS = 12;
constexpr int64_t NEAR = 12;               // how many steps of k ahead of its use B is asked for
constexpr int64_t FAR = 64;
constexpr int64_t A_AHEAD = 96;            // and A

AVX512 inline __mmask16 first(int64_t lanes) { return static_cast<__mmask16>((1u << lanes) - 1u); }

template <int M, int VECTORS, bool PACKED>
AVX512 void multiply(const Tile& tile) {
    const __mmask16 last = first(tile.columns - 16 * (VECTORS - 1));
    __m512 sum[M][VECTORS];
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
            const float* start = tile.start + m * tile.startStride + 16 * v;
            sum[m][v] = tile.start == nullptr ? _mm512_setzero_ps() : v + 1 < VECTORS ? _mm512_loadu_ps(start) : _mm512_maskz_loadu_ps(last, start);
        }
    }
#pragma GCC unroll 16
    for (int m = 0; PACKED && m < M; m++) {                           // the tile below is likely next
        _mm_prefetch(reinterpret_cast<const char*>(tile.c + (M + m) * tile.cStride), _MM_HINT_T0);
        _mm_prefetch(reinterpret_cast<const char*>(tile.c + (M + m) * tile.cStride + 16), _MM_HINT_T0);
    }
    // So few rows are one tile: B is met once, and what is met once would only push other numbers out of the larger caches.
    constexpr _mm_hint WHERE = !PACKED && M < ROWS / 2 ? _MM_HINT_NTA : _MM_HINT_T0;
    const float* a = tile.a;
    const float* b = tile.b;
    const int64_t aStride = tile.aStride, bStride = tile.bStride;
    // Packed strips come from the second cache; panels of weights from memory, one after another; rows of a matrix from anywhere.
    const int64_t ahead = (!PACKED && bStride == 32 ? FAR : NEAR) * bStride;
    for (int64_t k = tile.depth; k > 0; k--) {
        __m512 right[VECTORS];
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
            right[v] = v + 1 < VECTORS ? _mm512_loadu_ps(b + 16 * v) : _mm512_maskz_loadu_ps(last, b + 16 * v);
        }
#pragma GCC unroll 16
        for (int m = 0; m < M; m++) {
            __m512 left = _mm512_set1_ps(PACKED ? a[m] : a[m * aStride]);
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; v++) {
                sum[m][v] = _mm512_fmadd_ps(left, right[v], sum[m][v]);
            }
        }
        if (PACKED) {
            _mm_prefetch(reinterpret_cast<const char*>(a + A_AHEAD * M), _MM_HINT_T0);
        }
        _mm_prefetch(reinterpret_cast<const char*>(b + ahead), WHERE);
        _mm_prefetch(reinterpret_cast<const char*>(b + ahead + 16), WHERE);
        a += PACKED ? M : 1;
        b += bStride;
    }
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
            float* c = tile.c + m * tile.cStride + 16 * v;
            if (v + 1 < VECTORS) {
                _mm512_storeu_ps(c, sum[m][v]);
            } else {
                _mm512_mask_storeu_ps(c, last, sum[m][v]);
            }
        }
    }
}

template <int M, bool PACKED>
AVX512 void either(const Tile& tile) {
    if (tile.columns > 16) {
        multiply<M, 2, PACKED>(tile);
    } else {
        multiply<M, 1, PACKED>(tile);
    }
}

// 16 x 16 numbers turned in four steps: pairs of lanes by 32 and 64 bits, then quarters of a register twice.
AVX512 inline void transpose(__m512 (&r)[16]) {
    __m512 t[16];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
#pragma GCC unroll 2
        for (int j = 0; j < 2; j++) {
            __m512d low = _mm512_castps_pd(t[4 * i + j]), high = _mm512_castps_pd(t[4 * i + 2 + j]);
            r[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            r[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {                                     // r[4i+j] holds column 4q+j of rows 4i... in quarter q
        t[j] = _mm512_shuffle_f32x4(r[j], r[4 + j], 0x88);
        t[4 + j] = _mm512_shuffle_f32x4(r[j], r[4 + j], 0xDD);
        t[8 + j] = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0x88);
        t[12 + j] = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0xDD);
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
        r[j] = _mm512_shuffle_f32x4(t[j], t[8 + j], 0x88);
        r[8 + j] = _mm512_shuffle_f32x4(t[j], t[8 + j], 0xDD);
        r[4 + j] = _mm512_shuffle_f32x4(t[4 + j], t[12 + j], 0x88);
        r[12 + j] = _mm512_shuffle_f32x4(t[4 + j], t[12 + j], 0xDD);
    }
}

// Lanes far apart, k side by side: turned 16 by 16.
AVX512 void packTurned(const float* from, int64_t laneStride, int64_t lanes, int64_t depth, int64_t width, float* to) {
    for (int64_t lane = 0; lane < lanes; lane += 16) {
        const int64_t some = lanes - lane < 16 ? lanes - lane : 16;
        const __mmask16 mask = first(some);
        for (int64_t k = 0; k < depth; k += 16) {
            const int64_t steps = depth - k < 16 ? depth - k : 16;
            const float* corner = from + lane * laneStride + k;
            __m512 rows[16];
#pragma GCC unroll 16
            for (int i = 0; i < 16; i++) {
                rows[i] = i < some ? _mm512_maskz_loadu_ps(first(steps), corner + i * laneStride) : _mm512_setzero_ps();
            }
            transpose(rows);
            float* place = to + k * width + lane;
#pragma GCC unroll 16
            for (int i = 0; i < 16; i++) {
                if (i < steps) {
                    _mm512_mask_storeu_ps(place + i * width, mask, rows[i]);
                }
            }
        }
    }
}

AVX512 void pack(const float* from, int64_t laneStride, int64_t kStride, int64_t lanes, int64_t depth, int64_t width, float* to) {
    if (laneStride == 1) {
        for (int64_t k = 0; k < depth; k++) {
            for (int64_t lane = 0; lane < lanes; lane += 16) {        // rows are pages apart: ask for them early
                _mm_prefetch(reinterpret_cast<const char*>(from + (k + 16) * kStride + lane), _MM_HINT_T0);
                const __mmask16 mask = first(lanes - lane < 16 ? lanes - lane : 16);
                _mm512_mask_storeu_ps(to + k * width + lane, mask, _mm512_maskz_loadu_ps(mask, from + k * kStride + lane));
            }
        }
    } else if (kStride == 1) {
        packTurned(from, laneStride, lanes, depth, width, to);
    } else {
        for (int64_t k = 0; k < depth; k++) {
            for (int64_t lane = 0; lane < lanes; lane++) {
                to[k * width + lane] = from[lane * laneStride + k * kStride];
            }
        }
    }
}

// 16 weights of one k times their scales, from 16 x 4 unsigned codes; j: which k.
AVX512 inline __m512 scaled(__m512i codes, int j, __m512 offset, __m512 scales) {
    __m512i code = _mm512_and_si512(_mm512_srli_epi32(codes, static_cast<unsigned>(8 * j)), _mm512_set1_epi32(255));
    return _mm512_mul_ps(_mm512_sub_ps(_mm512_cvtepi32_ps(code), offset), scales);
}

// One block of 32 k of a panel of Q8_0 or Q4_0.
AVX512 void widenBlock(bool nibbles, const uint8_t* block, float* to) {
    const __m512 offset = _mm512_set1_ps(nibbles ? 8.0f : 128.0f);
    const __m512i low = _mm512_set1_epi8(15);
    for (int half = 0; half < 2; half++) {
        const __m512 scales = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32 * half)));
        for (int g = 0; g < 8; g++) {
            __m512i codes = _mm512_loadu_si512(block + 64 + (nibbles ? 64 * g : 128 * g + 64 * half));
            if (nibbles) {
                codes = _mm512_and_si512(half == 0 ? codes : _mm512_srli_epi16(codes, 4), low);
            }
            float* place = to + g * 4 * 32 + half * 16;
#pragma GCC unroll 4
            for (int j = 0; j < 4; j++) {
                _mm512_storeu_ps(place + 32 * j, scaled(codes, j, offset, scales));
            }
        }
    }
}

AVX512 void widen(lls_dtype type, const void* panel, int64_t begin, int64_t end, float* to) {
    if (type == LLS_Q8_0 || type == LLS_Q4_0) {
        const int64_t size = type == LLS_Q8_0 ? PANEL_BLOCK_Q8 : PANEL_BLOCK_Q4;
        for (int64_t k = begin; k < end; k += 32, to += 32 * 32) {
            widenBlock(type == LLS_Q4_0, static_cast<const uint8_t*>(panel) + k / 32 * size, to);
        }
    } else if (type == LLS_F16 || type == LLS_BF16) {
        auto* from = static_cast<const uint16_t*>(panel) + begin * 32;
        for (int64_t i = 0; i < (end - begin) * 32; i += 16) {
            __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
            _mm512_storeu_ps(to + i, type == LLS_F16 ? _mm512_cvtph_ps(bits) : _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits),
                    16)));
        }
    } else {
        widenPanel(type, panel, begin, end, to);
    }
}

template <int... M>
MicroKernel tiles(std::integer_sequence<int, M...>) {
    return MicroKernel{ROWS, 32, {nullptr, either<M + 1, true>...}, {nullptr, either<M + 1, false>...}, pack, widen};
}

}  // namespace

const MicroKernel* microKernelAvx512() {
    static const MicroKernel kernel = tiles(std::make_integer_sequence<int, ROWS>());
    return &kernel;
}

}  // namespace llmsys

#else

const llmsys::MicroKernel* llmsys::microKernelAvx512() { return nullptr; }

#endif
