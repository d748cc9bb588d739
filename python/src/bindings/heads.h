// (batch, heads, rows, width) operands of attention and of rotary positions; arrays with fewer axes are one batch, one head.
#pragma once

#include "bindings/array.h"

namespace llmsys::python {

// Axes in front are added, strides kept; the last axis must be side by side, so an array whose is not has been copied.
inline lls_heads headsOf(const Floats& floats) {
    Extents shape = floats.shape, strides = floats.strides;
    while (shape.size() < 4) {
        shape.insert(shape.begin(), 1);
        strides.insert(strides.begin(), 0);
    }
    return {floats.data, shape[0], shape[1], shape[2], shape[3], strides[0], strides[1], strides[2]};
}

inline Floats givenHeads(py::handle object, const char* operation, const char* name) {
    Floats floats = strided(object, operation, name);
    if (floats.rank() < 2 || floats.rank() > 4) {
        valueError(std::string(operation) + " got " + name + " of shape " + shapeText(floats.shape), "it has 2 to 4 axes",
                   "pass (B, NH, T, HS), (NH, T, HS) or (T, HS)");
    }
    bool sideBySide = floats.shape.back() <= 1 || floats.strides.back() == 1;
    return sideBySide ? floats : contiguous(object, operation, name);
}

}  // namespace llmsys::python
