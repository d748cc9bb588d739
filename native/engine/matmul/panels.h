// What lies in a panel of a WeightMatrix: WIDTH = 32 outputs o side by side, K inputs k one after another, as many bytes as the rows have in a file.
//
//   F32, F16, BF16   [k][o]                                    one number each
//   Q8_0             for each block of 32 k (1088 bytes):      [o] scales in F16, then codes [k/4][o][k%4], each a byte q + 128
//   Q4_0             for each block of 32 k (576 bytes):       [o] scales in F16, then bytes [k/4][o%16][k%4]: low nibble o, high o + 16
//
// So a register of 64 bytes of Q8_0 is 16 outputs x 4 inputs, what VNNI multiplies at once; the codes are unsigned, because the instruction wants one
// factor so: sum of (q + 128) x = sum of q x + 128 sum of x, and the sum of x is known beforehand. Outputs past N in the last panel are 0.
#pragma once

#include <cstdint>

#include "engine/tensor/weight_matrix.h"

namespace llmsys {

constexpr int64_t PANEL_BLOCK_Q8 = 64 + 32 * 32;
constexpr int64_t PANEL_BLOCK_Q4 = 64 + 32 * 16;

// Puts one row of a file's bytes at its place among the outputs of a panel.
void putIntoPanel(lls_dtype type, const void* row, int64_t inputs, int64_t output, void* panel);

// Output o of a panel as floats.
void widenFromPanel(lls_dtype type, const void* panel, int64_t inputs, int64_t output, float* row);

// Inputs [begin, end) of a panel as floats [k][32]; begin and end at blocks of 32 for Q8_0 and Q4_0.
void widenPanel(lls_dtype type, const void* panel, int64_t begin, int64_t end, float* to);

}  // namespace llmsys
