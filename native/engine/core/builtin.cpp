#include "engine/core/builtin.h"

namespace llmsys {

void registerBuiltin(Registry& registry) {
    registerMatmul(registry);
    registerActivations(registry);
    registerSoftmax(registry);
    registerNormalization(registry);
    registerPositions(registry);
    registerAttention(registry);
    registerEmbedding(registry);
    registerLosses(registry);
    registerElementwise(registry);
    registerOptimizers(registry);
    registerSampling(registry);
}

}  // namespace llmsys
