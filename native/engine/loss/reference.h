#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Loss> referenceCrossEntropy();
std::shared_ptr<const Loss> referenceMeanSquaredError();

// A class of a row: from 0 on, or LEFT_OUT. Throws Error LLS_INVALID for another.
constexpr int32_t LEFT_OUT = -1;
void requireClasses(const int32_t* classes, int64_t n, int64_t v);

}  // namespace llmsys
