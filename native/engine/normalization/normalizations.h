// The two normalizations over lanes of each kind. usable: whether this processor can run them.
#pragma once

#include "engine/core/registry.h"

namespace llmsys {

namespace avx512 {
void addNormalizations(Registry& registry, bool usable);
}
namespace avx2 {
void addNormalizations(Registry& registry, bool usable);
}
namespace portable {
void addNormalizations(Registry& registry, bool usable);
}

}  // namespace llmsys
