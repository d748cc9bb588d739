#include "engine/matmul/lane_panels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define LANES __attribute__((target("avx2,fma,f16c")))

namespace llmsys {

namespace {

LANES inline void widenHalves(const uint16_t* bits, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i += 8) {
        _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bits + i))));
    }
}

}  // namespace

}  // namespace llmsys

#include "engine/matmul/lane_panels.inl"

const llmsys::LaneWidener* llmsys::laneWidenerAvx2() {
    static const LaneWidener widener{widenLanes, {}, {}};
    return &widener;
}

#else

const llmsys::LaneWidener* llmsys::laneWidenerAvx2() { return nullptr; }

#endif
