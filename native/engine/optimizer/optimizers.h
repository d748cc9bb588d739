// The optimizers over lanes of each kind. usable: whether this processor can run them.
#pragma once

#include "engine/core/registry.h"

namespace llmsys {

namespace avx512 {
void addOptimizers(Registry& registry, bool usable);
}
namespace avx2 {
void addOptimizers(Registry& registry, bool usable);
}
namespace portable {
void addOptimizers(Registry& registry, bool usable);
}

}  // namespace llmsys
