#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Optimizer> referenceAdamW();
std::shared_ptr<const Optimizer> referenceGradientDescent();

}  // namespace llmsys
