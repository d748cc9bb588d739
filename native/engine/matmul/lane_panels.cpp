#include "engine/matmul/lane_panels.h"

#include <cstring>
#include <limits>
#include <string>

#include "engine/core/cpu.h"
#include "engine/core/error.h"
#include "engine/core/surface.h"
#include "engine/tensor/quantization.h"

#define LANES

namespace llmsys {

namespace {

void widenHalves(const uint16_t* bits, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i++) {
        to[i] = halfToFloat(bits[i]);
    }
}

}  // namespace

}  // namespace llmsys

#include "engine/matmul/lane_panels.inl"

namespace llmsys {

const LaneWidener& LaneWidener::portable() {
    static const LaneWidener plain{widenLanes, {}, {}};
    return plain;
}

const LaneWidener& LaneWidener::here() {
    static const LaneWidener& best = Cpu::here().avx512 && laneWidenerAvx512() != nullptr ? *laneWidenerAvx512()
                                     : Cpu::here().avx2 && laneWidenerAvx2() != nullptr   ? *laneWidenerAvx2()
                                                                                          : portable();
    return best;
}

void requirePanels(const char* function, const lls_panels* w) {
    requireNotNull(w, function, "w");
    const std::string what = std::string(function) + " got w (" + std::to_string(w->inputs) + ", " + std::to_string(w->outputs) + ")";
    requireWeightType(w->type);
    const bool blocks = w->type == LLS_Q8_0 || w->type == LLS_Q4_0;
    int64_t elements = 0;
    if (w->inputs < 0 || w->outputs < 0 || w->outputs > std::numeric_limits<int64_t>::max() - 32
        || __builtin_mul_overflow((w->outputs + 31) / 32 * 32, w->inputs, &elements) || elements > std::numeric_limits<int64_t>::max() / 8) {
        throw Error(LLS_SHAPE, what, "no extent is negative, and so many weights must be countable", "pass the shape of the data");
    }
    if (blocks && w->inputs % 32 != 0) {
        throw Error(LLS_SHAPE, what, "blocks have 32 inputs", "pass a multiple of 32 inputs");
    }
    if (elements > 0) {
        requireNotNull(w->data, function, "w.data");
        if (blocks) {
            requireNotNull(w->scales, function, "w.scales");
        }
    }
}

}  // namespace llmsys
