#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Normalization> referenceLayerNorm();
std::shared_ptr<const Normalization> referenceRmsNorm();

}  // namespace llmsys
