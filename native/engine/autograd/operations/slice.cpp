// y = the elements of x at begin, begin + step, ... along each axis, `count` of them.
//
//   dx += dy at these elements, 0 elsewhere
#include <vector>

#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

class Slice final : public Operation {
public:
    explicit Slice(std::vector<int64_t> cuts) : Operation("slice"), cuts_(std::move(cuts)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& x = step.shape(0);
        if (cuts_.size() != 3 * static_cast<size_t>(x.rank)) {
            refuse(step, "each of its " + std::to_string(x.rank) + " axes has a begin, a count and a step", "pass three integers for each axis");
        }
        int64_t counts[Shape::MOST_AXES] = {};
        for (int axis = 0; axis < x.rank; axis++) {
            const int64_t begin = cut(axis, 0), count = cut(axis, 1), by = cut(axis, 2), extent = x.extents[axis];
            int64_t reach = 0, last = 0;
            bool fits = count == 0
                        || (count > 0 && count <= extent && begin >= 0 && begin < extent && !__builtin_mul_overflow(count - 1, by, &reach)
                            && !__builtin_add_overflow(begin, reach, &last) && last >= 0 && last < extent);
            if (!fits) {
                refuse(step, std::to_string(count) + " elements from " + std::to_string(begin) + " on, " + std::to_string(by)
                                 + " apart, are not along axis " + std::to_string(axis),
                       "stay inside the axis");
            }
            counts[axis] = count;
        }
        Shape y = Shape::of(counts, x.rank, "slice");
        Memory taken = step.take(y.size());
        const float* from = step.value(0);
        visit(x, y, [&](int64_t in, int64_t out) { taken.floats()[out] = from[in]; });
        return {y, taken};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            float* to = step.sumTarget(0);
            const float* dy = step.gradient();
            visit(step.shape(0), step.outputShape(), [&](int64_t in, int64_t out) { to[in] += dy[out]; });
        }
    }

private:
    int64_t cut(int axis, int which) const { return cuts_[3 * static_cast<size_t>(axis) + static_cast<size_t>(which)]; }

    // body(place in x, place in y) for each element of y
    template <typename Body>
    void visit(const Shape& x, const Shape& y, Body&& body) const {
        int64_t along[Shape::MOST_AXES] = {}, first = 0, stride = 1;
        for (int axis = x.rank - 1; axis >= 0; axis--) {
            along[axis] = stride * cut(axis, 2);
            first += stride * cut(axis, 0);
            stride *= x.extents[axis];
        }
        const int64_t size = y.size();
        for (int64_t out = 0; out < size; out++) {
            int64_t left = out, in = first;
            for (int axis = y.rank - 1; axis >= 0; axis--) {
                in += left % y.extents[axis] * along[axis];
                left /= y.extents[axis];
            }
            body(in, out);
        }
    }

    std::vector<int64_t> cuts_;          // begin, count, step of each axis
};

}  // namespace

Made slice(std::vector<int64_t> cuts) { return std::make_unique<Slice>(std::move(cuts)); }

}  // namespace llmsys::operations
