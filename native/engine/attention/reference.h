#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Attention> referenceAttention();

}  // namespace llmsys
