#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/normalization/normalizations.h"
#include "engine/normalization/reference.h"

namespace llmsys {

void registerNormalization(Registry& registry) {
    registry.add({"normalization", "layernorm", "layernorm", "scalar-double",
                  "mean 0, deviation 1, then scale and shift (GPT-2)",
                  "https://arxiv.org/abs/1607.06450", 0, true, referenceLayerNorm()});
    registry.add({"normalization", "rmsnorm", "rmsnorm", "scalar-double",
                  "root mean square 1, then scale (Llama)",
                  "https://arxiv.org/abs/1910.07467", 0, true, referenceRmsNorm()});
    portable::addNormalizations(registry, true);
#if defined(__x86_64__)
    avx2::addNormalizations(registry, Cpu::here().avx2);
    avx512::addNormalizations(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
