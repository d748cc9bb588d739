// One to four rows times panels of blocks, a register of 16 outputs at a time. One row takes two panels side by side: four sums hide the time of a
// multiply-add. Each sum meets k ascending.
#include "engine/matmul/lane_panels.h"

#if defined(__x86_64__)

#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"                // inside the header of gcc 12
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define LANES __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c")))

namespace llmsys {

namespace {

LANES inline void widenHalves(const uint16_t* bits, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i += 16) {
        _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + i))));
    }
}

constexpr int64_t AHEAD = 2048;                                       // bytes of codes that are asked for before their use

LANES inline __m512 bytesAsFloats(const int8_t* codes) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes))));
}

// Nibbles of 16 bytes: the low ones, or the high.
LANES inline __m512 nibblesAsFloats(const int8_t* pairs, bool high) {
    __m512i wide = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pairs)));
    wide = high ? _mm512_srli_epi32(wide, 4) : _mm512_and_si512(wide, _mm512_set1_epi32(15));
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(wide, _mm512_set1_epi32(8)));
}

// M rows, P panels from `panel` on.
template <int M, int P, bool NIBBLES>
LANES void multiply(const LaneTile& tile, int64_t panel) {
    const lls_panels& w = *tile.w;
    const int64_t blocks = w.inputs / 32, codeBytes = NIBBLES ? 16 * 32 : 32 * 32;
    const int64_t n = panel * 32;
    __mmask16 mask[P][2];
    __m512 sum[M][P][2];
#pragma GCC unroll 4
    for (int p = 0; p < P; p++) {
#pragma GCC unroll 2
        for (int h = 0; h < 2; h++) {
            const int64_t lanes = std::clamp<int64_t>(w.outputs - n - p * 32 - h * 16, 0, 16);
            mask[p][h] = static_cast<__mmask16>((1u << lanes) - 1u);
            const __m512 start = tile.bias == nullptr ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask[p][h], tile.bias + n + p * 32 + h * 16);
#pragma GCC unroll 4
            for (int m = 0; m < M; m++) {
                sum[m][p][h] = start;
            }
        }
    }
    for (int64_t block = 0; block < blocks; block++) {
        const int8_t* codes[P];
        __m512 scales[P][2];
#pragma GCC unroll 4
        for (int p = 0; p < P; p++) {
            const int64_t at = (panel + p) * blocks + block;
            codes[p] = static_cast<const int8_t*>(w.data) + at * codeBytes;
            scales[p][0] = _mm512_loadu_ps(w.scales + at * 32);
            scales[p][1] = _mm512_loadu_ps(w.scales + at * 32 + 16);
        }
        const float* x = tile.a + block * 32;
        for (int half = 0; half < 2; half++) {                        // of 16 inputs each
#pragma GCC unroll 4
            for (int j = 0; j < 16; j++) {
                const int k = half * 16 + j;
                const int row = NIBBLES ? j : k;
#pragma GCC unroll 4
                for (int p = 0; p < P; p++) {
                    if (row % 2 == 0) {
                        _mm_prefetch(reinterpret_cast<const char*>(codes[p] + row * 32 + AHEAD), _MM_HINT_T0);
                    }
#pragma GCC unroll 2
                    for (int h = 0; h < 2; h++) {
                        const int8_t* place = codes[p] + row * 32 + h * 16;
                        const __m512 weight = _mm512_mul_ps(scales[p][h], NIBBLES ? nibblesAsFloats(place, half == 1) : bytesAsFloats(place));
#pragma GCC unroll 4
                        for (int m = 0; m < M; m++) {
                            sum[m][p][h] = _mm512_fmadd_ps(_mm512_set1_ps(x[m * tile.aStride + k]), weight, sum[m][p][h]);
                        }
                    }
                }
            }
        }
    }
#pragma GCC unroll 4
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 4
        for (int p = 0; p < P; p++) {
#pragma GCC unroll 2
            for (int h = 0; h < 2; h++) {
                if (mask[p][h] != 0) {
                    _mm512_mask_storeu_ps(tile.c + m * tile.cStride + n + p * 32 + h * 16, mask[p][h], sum[m][p][h]);
                }
            }
        }
    }
}

template <int M, bool NIBBLES>
LANES void rows(const LaneTile& tile) {
    constexpr int SIDE_BY_SIDE = M <= 2 ? 2 : 1;
    int64_t panel = tile.firstPanel;
    for (; panel + SIDE_BY_SIDE <= tile.endPanel; panel += SIDE_BY_SIDE) {
        multiply<M, SIDE_BY_SIDE, NIBBLES>(tile, panel);
    }
    for (; panel < tile.endPanel; panel++) {
        multiply<M, 1, NIBBLES>(tile, panel);
    }
}

}  // namespace

}  // namespace llmsys

#include "engine/matmul/lane_panels.inl"

const llmsys::LaneWidener* llmsys::laneWidenerAvx512() {
    static const LaneWidener widener{widenLanes,
                                     {nullptr, rows<1, false>, rows<2, false>, rows<3, false>, rows<4, false>},
                                     {nullptr, rows<1, true>, rows<2, true>, rows<3, true>, rows<4, true>}};
    return &widener;
}

#else

const llmsys::LaneWidener* llmsys::laneWidenerAvx512() { return nullptr; }

#endif
