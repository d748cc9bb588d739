// The losses over lanes of each kind. usable: whether this processor can run them.
#pragma once

#include "engine/core/registry.h"

namespace llmsys {

namespace avx512 {
void addLosses(Registry& registry, bool usable);
}
namespace avx2 {
void addLosses(Registry& registry, bool usable);
}
namespace portable {
void addLosses(Registry& registry, bool usable);
}

}  // namespace llmsys
