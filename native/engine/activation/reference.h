#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

// algorithm: relu, gelu, gelu-tanh, silu, sigmoid, tanh.
std::shared_ptr<const Activation> referenceActivation(const char* algorithm);

}  // namespace llmsys
