// Numbers of fewer bits, as GGUF lays them.
//
//   F16, BF16   one number each
//   Q8_0        blocks of 32: F16 scale d, 32 signed bytes q;            w = d * q
//   Q4_0        blocks of 32: F16 scale d, 16 bytes, low nibbles first;  w = d * (q - 8)
#pragma once

#include <cstdint>

#include "llmsys.h"

namespace llmsys {

constexpr int64_t BLOCK = 32;

// Bytes of `count` numbers. Throws Error LLS_SHAPE when blocks do not fit, LLS_UNSUPPORTED for a type that is no weight type.
int64_t bytesOf(lls_dtype type, int64_t count);
const char* nameOf(lls_dtype type);
// What a caller of the C surface passes may be no lls_dtype at all. Throws Error LLS_UNSUPPORTED.
void requireWeightType(const lls_dtype& passed);

float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float value);      // to nearest, ties to even
float bfloatToFloat(uint16_t bits);
uint16_t floatToBfloat(float value);    // to nearest, ties to even

// Exact.
void widen(lls_dtype type, const void* from, int64_t count, float* to);
// As ggml's reference rounds: Q8_0 d = max|x|/127, Q4_0 d = (the element of largest size)/-8.
void narrow(lls_dtype type, const float* from, int64_t count, void* to);

}  // namespace llmsys
