#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/position/lane_positions.h"
#include "engine/position/reference.h"

namespace llmsys {

void registerPositions(Registry& registry) {
    registry.add({"position", "rope", "rope", "scalar-double",
                  "queries and keys turned by an angle a position",
                  "https://arxiv.org/abs/2104.09864", 0, true, referencePosition()});
    registry.add({"position", "sinusoidal", "sinusoidal", "scalar-double",
                  "fixed waves of falling frequency, added",
                  "https://arxiv.org/abs/1706.03762", 0, true, referencePosition()});
    portable::addPositions(registry, true);
#if defined(__x86_64__)
    avx2::addPositions(registry, Cpu::here().avx2);
    avx512::addPositions(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
