#pragma once

#include <memory>

#include "engine/core/kernels.h"

namespace llmsys {

std::shared_ptr<const Embedding> lookup();
std::shared_ptr<const Embedding> threadedLookup();

// Throws Error LLS_INVALID for an id that is not below rows; operation and table for the message.
void requireIds(const int32_t* ids, int64_t count, int64_t rows, const char* operation);

}  // namespace llmsys
