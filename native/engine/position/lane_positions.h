// Rotary and sinusoidal positions over lanes of each kind. usable: whether this processor can run them.
#pragma once

#include "engine/core/registry.h"

namespace llmsys {

namespace avx512 {
void addPositions(Registry& registry, bool usable);
}
namespace avx2 {
void addPositions(Registry& registry, bool usable);
}
namespace portable {
void addPositions(Registry& registry, bool usable);
}

}  // namespace llmsys
