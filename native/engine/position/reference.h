#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

// Computes both algorithms of the slot.
std::shared_ptr<const Position> referencePosition();

}  // namespace llmsys
