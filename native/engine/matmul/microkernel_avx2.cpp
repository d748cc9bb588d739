// Tiles of up to 6 rows x 16 columns in 12 of the 16 registers of AVX2.
#include "engine/matmul/microkernel.h"
#include "engine/matmul/panels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <utility>

#define AVX2 __attribute__((target("avx2,fma,f16c")))

namespace llmsys {

namespace {

constexpr int ROWS = 6;

// The first `lanes` of eight, as loads and stores under a mask want them.
AVX2 inline __m256i first(int64_t lanes) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(lanes)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

template <int M, int VECTORS, bool PACKED>
AVX2 void multiply(const Tile& tile) {
    const int64_t rest = tile.columns - 8 * (VECTORS - 1);
    const bool whole = rest == 8;
    const __m256i last = first(rest);
    auto load = [&](const float* from, int v) __attribute__((target("avx2,fma,f16c"), always_inline)) {
        return v + 1 < VECTORS || whole ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, last);
    };
    __m256 sum[M][VECTORS];
#pragma GCC unroll 8
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
            sum[m][v] = tile.start == nullptr ? _mm256_setzero_ps() : load(tile.start + m * tile.startStride + 8 * v, v);
        }
    }
    const float* a = tile.a;
    const float* b = tile.b;
    const int64_t aStride = tile.aStride, bStride = tile.bStride;
    for (int64_t k = tile.depth; k > 0; k--) {
        __m256 right[VECTORS];
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
            right[v] = load(b + 8 * v, v);
        }
#pragma GCC unroll 8
        for (int m = 0; m < M; m++) {
            const __m256 left = _mm256_broadcast_ss(PACKED ? a + m : a + m * aStride);
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; v++) {
                sum[m][v] = _mm256_fmadd_ps(left, right[v], sum[m][v]);
            }
        }
        a += PACKED ? M : 1;
        b += bStride;
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
            float* c = tile.c + m * tile.cStride + 8 * v;
            if (v + 1 < VECTORS || whole) {
                _mm256_storeu_ps(c, sum[m][v]);
            } else {
                _mm256_maskstore_ps(c, last, sum[m][v]);
            }
        }
    }
}

template <int M, bool PACKED>
AVX2 void either(const Tile& tile) {
    if (tile.columns > 8) {
        multiply<M, 2, PACKED>(tile);
    } else {
        multiply<M, 1, PACKED>(tile);
    }
}

// 8 x 8 numbers turned in three steps: pairs, fours, halves of a register.
AVX2 inline void transpose(__m256 (&r)[8]) {
    __m256 t[8];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        r[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
        r[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xEE);
        r[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
        r[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xEE);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(r[i], r[4 + i], 0x20);
        t[4 + i] = _mm256_permute2f128_ps(r[i], r[4 + i], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        r[i] = t[i];
    }
}

AVX2 void pack(const float* from, int64_t laneStride, int64_t kStride, int64_t lanes, int64_t depth, int64_t width, float* to) {
    int64_t k = 0;
    if (kStride == 1 && laneStride != 1) {
        for (; k + 8 <= depth; k += 8) {
            for (int64_t lane = 0; lane < lanes; lane += 8) {
                const int64_t some = lanes - lane < 8 ? lanes - lane : 8;
                __m256 rows[8];
#pragma GCC unroll 8
                for (int i = 0; i < 8; i++) {
                    rows[i] = i < some ? _mm256_loadu_ps(from + (lane + i) * laneStride + k) : _mm256_setzero_ps();
                }
                transpose(rows);
#pragma GCC unroll 8
                for (int i = 0; i < 8; i++) {
                    _mm256_maskstore_ps(to + (k + i) * width + lane, first(some), rows[i]);
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

// One block of 32 k of a panel of Q8_0 or Q4_0, 8 outputs at a time.
AVX2 void widenBlock(bool nibbles, const uint8_t* block, float* to) {
    const __m256 offset = _mm256_set1_ps(nibbles ? 8.0f : 128.0f);
    for (int q = 0; q < 4; q++) {
        const __m256 scales = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * q)));
        for (int g = 0; g < 8; g++) {
            __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 64 + (nibbles ? 64 * g + 32 * (q % 2) : 128 * g + 32 * q)));
            if (nibbles) {
                codes = _mm256_and_si256(q < 2 ? codes : _mm256_srli_epi16(codes, 4), _mm256_set1_epi8(15));
            }
            for (int j = 0; j < 4; j++) {
                const __m256i code = _mm256_and_si256(_mm256_srli_epi32(codes, 8 * j), _mm256_set1_epi32(255));
                _mm256_storeu_ps(to + (g * 4 + j) * 32 + q * 8, _mm256_mul_ps(_mm256_sub_ps(_mm256_cvtepi32_ps(code), offset), scales));
            }
        }
    }
}

AVX2 void widen(lls_dtype type, const void* panel, int64_t begin, int64_t end, float* to) {
    if (type == LLS_Q8_0 || type == LLS_Q4_0) {
        const int64_t size = type == LLS_Q8_0 ? PANEL_BLOCK_Q8 : PANEL_BLOCK_Q4;
        for (int64_t k = begin; k < end; k += 32, to += 32 * 32) {
            widenBlock(type == LLS_Q4_0, static_cast<const uint8_t*>(panel) + k / 32 * size, to);
        }
    } else if (type == LLS_F16 || type == LLS_BF16) {
        auto* from = static_cast<const uint16_t*>(panel) + begin * 32;
        for (int64_t i = 0; i < (end - begin) * 32; i += 8) {
            const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
            _mm256_storeu_ps(to + i, type == LLS_F16 ? _mm256_cvtph_ps(bits) : _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits),
                    16)));
        }
    } else {
        widenPanel(type, panel, begin, end, to);
    }
}

template <int... M>
MicroKernel tiles(std::integer_sequence<int, M...>) {
    return MicroKernel{ROWS, 16, {nullptr, either<M + 1, true>...}, {nullptr, either<M + 1, false>...}, pack, widen};
}

}  // namespace

const MicroKernel* microKernelAvx2() {
    static const MicroKernel kernel = tiles(std::make_integer_sequence<int, ROWS>());
    return &kernel;
}

}  // namespace llmsys

#else

const llmsys::MicroKernel* llmsys::microKernelAvx2() { return nullptr; }

#endif
