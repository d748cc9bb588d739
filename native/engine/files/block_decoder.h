// ggml's block types that are read and not computed with: each block becomes floats.
//
//   Q4_1  d m | 16 bytes of halves                          x = d q + m      q of 4 bits, element i in the low half of byte i, i + 16 in the high
//   Q5_0  d | 32 fifth bits | 16 bytes of halves            x = d (q - 16)
//   Q5_1  d m | 32 fifth bits | 16 bytes of halves          x = d q + m
//   Q4_K  d dmin | 12 bytes of scales s, minima t | 128     x = (d s) q - (dmin t)       256 in 8 groups of 32, two groups share 32 bytes
//   Q5_K  the same with 32 bytes of fifth bits before       bit g of byte i belongs to element i of group g
//   Q6_K  128 low halves | 64 bytes of high pairs | 16 s | d     x = (d s) (q - 32)      256 in 16 groups of 16
//
// Source: ggml's ggml-quants.c, the reference of each type.
#pragma once

#include <cstdint>

#include "engine/files/element.h"

namespace llmsys {

using BlockDecoder = void (*)(const uint8_t* block, float* to);

// Null for a type that is no such block.
BlockDecoder decoderOf(Element type);

}  // namespace llmsys
