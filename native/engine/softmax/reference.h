#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Softmax> referenceSoftmax();
std::shared_ptr<const Softmax> referenceLogSoftmax();

}  // namespace llmsys
