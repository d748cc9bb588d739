// Panels that a caller keeps (lls_panels): outputs side by side in every type, signed bytes and scales in F32 apart from them. Exact kernels read
// them where they lie.
#pragma once

#include <cstdint>

#include "engine/core/kernels.h"

namespace llmsys {

// A few rows times whole panels of blocks: codes become floats in registers.
//
//   C[m,n] = bias[n] + sum over k ascending of A[m,k] * (scale * code)        the product in brackets rounded once
struct LaneTile {
    const float* a;              // element (m,k) at m * aStride + k
    int64_t aStride;
    const lls_panels* w;
    int64_t firstPanel, endPanel;
    const float* bias;           // of the matrix; null: 0
    float* c;                    // of the matrix: element (m,n) at m * cStride + n
    int64_t cStride;
};

struct LaneWidener {
    // Inputs [begin, end) of a panel as floats [k][32]; both at blocks of 32 for Q8_0 and Q4_0.
    void (*widen)(const lls_panels& w, int64_t panel, int64_t begin, int64_t end, float* to);

    static constexpr int MOST_ROWS = 4;
    // By rows, from 1, for Q8_0 and Q4_0; null: there is none.
    void (*q8[MOST_ROWS + 1])(const LaneTile& tile);
    void (*q4[MOST_ROWS + 1])(const LaneTile& tile);

    static const LaneWidener& portable();
    // The fastest that this processor runs.
    static const LaneWidener& here();
};

// Null where this library was built for another processor.
const LaneWidener* laneWidenerAvx2();
const LaneWidener* laneWidenerAvx512();

// What the C surface asks of panels before a kernel sees them.
void requirePanels(const char* function, const lls_panels* w);

}  // namespace llmsys
