#include "engine/attention/reference.h"
#include "engine/attention/streamings.h"
#include "engine/core/builtin.h"
#include "engine/core/cpu.h"

namespace llmsys {

void registerAttention(Registry& registry) {
    registry.add({"attention", "scaled-dot-product", "reference", "scalar-double",
                  "the formula, with the whole score matrix in memory",
                  "https://arxiv.org/abs/1706.03762", 0, true, referenceAttention()});
    portable::addStreaming(registry, true);
#if defined(__x86_64__)
    avx2::addStreaming(registry, Cpu::here().avx2);
    avx512::addStreaming(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
