// The activations over lanes of each kind. usable: whether this processor can run them.
#pragma once

#include "engine/core/registry.h"

namespace llmsys {

namespace avx512 {
void addActivations(Registry& registry, bool usable);
}
namespace avx2 {
void addActivations(Registry& registry, bool usable);
}
namespace portable {
void addActivations(Registry& registry, bool usable);
}

}  // namespace llmsys
