// What the C surface asks of operands before a kernel sees them.
#pragma once

#include <cstdint>
#include <string>

#include "llmsys.h"

namespace llmsys {

// Extents from 0 on, an address unless empty, every element's distance countable in bytes. written: no two elements in one place.
void requireMatrix(const char* function, const char* name, const lls_matrix* matrix, bool written);
// A (M,K), B (K,N), C (M,N).
void requireFit(const char* function, const lls_matrix& a, int64_t bRows, int64_t bColumns, const lls_matrix& c);
// `count` such matrices, `stride` apart.
void requireBatch(const char* function, const char* name, const lls_matrix& matrix, int64_t stride, int64_t count, bool written);
// 0 or 1.
void requireFlag(const char* function, const char* name, int32_t flag);

std::string shapeText(const lls_matrix& matrix);

}  // namespace llmsys
