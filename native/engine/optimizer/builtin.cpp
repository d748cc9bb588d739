#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/optimizer/optimizers.h"
#include "engine/optimizer/reference.h"

namespace llmsys {

void registerOptimizers(Registry& registry) {
    registry.add({"optimizer", "adamw", "adamw", "scalar-double",
                  "Adam with decoupled weight decay",
                  "https://arxiv.org/abs/1711.05101", 0, true, referenceAdamW()});
    registry.add({"optimizer", "sgd", "sgd", "scalar-double",
                  "plain gradient descent",
                  "https://doi.org/10.1214/aoms/1177729586", 0, true, referenceGradientDescent()});
    portable::addOptimizers(registry, true);
#if defined(__x86_64__)
    avx2::addOptimizers(registry, Cpu::here().avx2);
    avx512::addOptimizers(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
