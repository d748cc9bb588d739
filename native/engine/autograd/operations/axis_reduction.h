// What sums, means and maxima share: which axes go, and which y each x belongs to.
//
//   axes     of x, from 0 or from -1 backwards; none: all
//   y        the axes that stay, in their order; () when all went
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/autograd/broadcasting.h"
#include "engine/autograd/operations.h"

namespace llmsys::operations {

class AxisReduction : public Operation {
protected:
    AxisReduction(const char* name, std::vector<int64_t> axes) : Operation(name), axes_(std::move(axes)) {}

    // The shape of y; refuses axes that x has not.
    Shape reduced(const Step& step) {
        const Shape& x = step.shape(0);
        bool goes[Shape::MOST_AXES] = {};
        for (int64_t axis : axes_) {
            if (axis < -x.rank || axis >= x.rank) {
                refuse(step, "axis " + std::to_string(axis) + " is none of its " + std::to_string(x.rank),
                       "pass axes of the tensor, or none for all");
            }
            goes[axis < 0 ? axis + x.rank : axis] = true;
        }
        Shape y;
        kept_ = x;
        for (int axis = 0; axis < x.rank; axis++) {
            if (axes_.empty() || goes[axis]) {
                kept_.extents[axis] = 1;
            } else {
                y.extents[y.rank++] = x.extents[axis];
            }
        }
        return y;
    }

    // body(place in x, place in y) for each element of x
    template <typename Body>
    void visit(const Step& step, Body&& body) const {
        const Shape& x = step.shape(0);
        const Steps steps(kept_, x);
        eachStretch(x, steps, steps, [&](int64_t place, int64_t begin, int64_t, int64_t length, int64_t by, int64_t) {
            for (int64_t i = 0; i < length; i++) {
                body(place + i, begin + i * by);
            }
        });
    }

private:
    std::vector<int64_t> axes_;
    Shape kept_;              // x with 1 for the axes that went
};

}  // namespace llmsys::operations
