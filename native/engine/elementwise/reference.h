#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Elementwise> referenceElementwise();

}  // namespace llmsys
