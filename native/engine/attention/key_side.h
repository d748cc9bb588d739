// Keys and values of one head copied side by side for a whole backward pass, and their gradients while they grow: (S, HS rounded up to whole
// registers) each. Where they lie in the operands, rows may be a power of two apart and fight for the same lines of the cache. Include one of the
// lanes_*.h first.
#pragma once

#ifndef LANES
#error "include one of lanes_avx512.h, lanes_avx2.h, lanes_portable.h first"
#endif

#include <cstdint>

#include "engine/activation/pieces.h"
#include "engine/attention/query_block.h"

namespace llmsys::LANES {

class KeySide {
public:
    static int64_t padded(int64_t width) { return (width + 15) / 16 * 16; }

    KeySide(float* scratch, int64_t rows, int64_t width)
        : rows_(rows), width_(width), k_(scratch, padded(width)), v_(k_.row(rows), padded(width)), gradK_(v_.row(rows), padded(width)),
          gradV_(gradK_.row(rows), padded(width)) {}

    const HeadRows& k() const { return k_; }
    const HeadRows& v() const { return v_; }
    const HeadRows& gradK() const { return gradK_; }
    const HeadRows& gradV() const { return gradV_; }

    // Copies what there is; gradients begin at 0. Rows beyond `seen` are padding, which is not read.
    LANES_TARGET void take(const HeadRows& k, const HeadRows& v, int64_t seen) const {
        for (int64_t j = 0; j < rows_; j++) {
            for (int64_t d = 0; d < width_; d += 16) {
                store(k_.row(j) + d, j < seen ? read(k.row(j) + d, width_ - d) : all(0.0f));
                store(v_.row(j) + d, j < seen ? read(v.row(j) + d, width_ - d) : all(0.0f));
                store(gradK_.row(j) + d, all(0.0f));
                store(gradV_.row(j) + d, all(0.0f));
            }
        }
    }

    LANES_TARGET void give(const HeadRows& gradK, const HeadRows& gradV) const {
        for (int64_t j = 0; j < rows_; j++) {
            for (int64_t d = 0; d < width_; d += 16) {
                write(gradK.row(j) + d, width_ - d, load(gradK_.row(j) + d));
                write(gradV.row(j) + d, width_ - d, load(gradV_.row(j) + d));
            }
        }
    }

private:
    int64_t rows_, width_;
    HeadRows k_, v_, gradK_, gradV_;
};

}  // namespace llmsys::LANES
