// Walking over operands that are repeated to a common shape, and adding up what was repeated.
#pragma once

#include <cstdint>

#include "engine/autograd/operation.h"

namespace llmsys {

// row(place, a, b, length, aStep, bStep) for each stretch along the last axis of `whole`: where it begins in the result and in both operands.
template <typename Row>
void eachStretch(const Shape& whole, const Steps& a, const Steps& b, Row&& row) {
    const int last = whole.rank - 1;
    const int64_t length = whole.last();
    const int64_t stretches = whole.rows();
    const int64_t aStep = last < 0 ? 0 : a.along[last], bStep = last < 0 ? 0 : b.along[last];
    for (int64_t i = 0; i < stretches && length > 0; i++) {
        int64_t left = i, aPlace = 0, bPlace = 0;
        for (int axis = last - 1; axis >= 0; axis--) {
            int64_t index = left % whole.extents[axis];
            left /= whole.extents[axis];
            aPlace += index * a.along[axis];
            bPlace += index * b.along[axis];
        }
        row(i * length, aPlace, bPlace, length, aStep, bStep);
    }
}

// sums[c] = (sums[c] +) sum over r ascending of x[r,c]
void addColumns(const float* x, int64_t rows, int64_t columns, float* sums, bool accumulate, Workers& workers);

// Adds full, of shape `whole`, to an input's gradient, summed over the axes along which the input was repeated. Sums of whole axes run in double.
void addRepeated(const Step& step, int input, const float* full, const Shape& whole);

}  // namespace llmsys
