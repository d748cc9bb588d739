#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/elementwise/lane_elementwise.h"
#include "engine/elementwise/reference.h"

namespace llmsys {

void registerElementwise(Registry& registry) {
    registry.add({"elementwise", "elementwise", "elementwise", "rounded-once", "one loop an operation", "", 0, true, referenceElementwise()});
    portable::addElementwise(registry, true);
#if defined(__x86_64__)
    avx2::addElementwise(registry, Cpu::here().avx2);
    avx512::addElementwise(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
