#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/loss/losses.h"
#include "engine/loss/reference.h"

namespace llmsys {

void registerLosses(Registry& registry) {
    registry.add({"loss", "cross-entropy", "cross-entropy", "scalar-double",
                  "minus the logarithm of the right class's probability",
                  "https://www.deeplearningbook.org/contents/mlp.html", 0, true, referenceCrossEntropy()});
    registry.add({"loss", "mse", "mse", "scalar-double",
                  "mean of the squared differences",
                  "https://www.deeplearningbook.org/contents/ml.html", 0, true, referenceMeanSquaredError()});
    portable::addLosses(registry, true);
#if defined(__x86_64__)
    avx2::addLosses(registry, Cpu::here().avx2);
    avx512::addLosses(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
