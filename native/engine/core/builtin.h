// What the library brings. Each room lists its own implementations in one function; builtin.cpp calls them all once.
#pragma once

#include "engine/core/registry.h"

namespace llmsys {

void registerMatmul(Registry& registry);
void registerActivations(Registry& registry);
void registerSoftmax(Registry& registry);
void registerNormalization(Registry& registry);
void registerPositions(Registry& registry);
void registerAttention(Registry& registry);
void registerEmbedding(Registry& registry);
void registerLosses(Registry& registry);
void registerElementwise(Registry& registry);
void registerOptimizers(Registry& registry);
void registerSampling(Registry& registry);

void registerBuiltin(Registry& registry);

}  // namespace llmsys
