#include "engine/autograd/shape.h"

#include <algorithm>

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr int64_t MOST_ELEMENTS = INT64_MAX / 16;

std::string listed(const int64_t* extents, int64_t rank) {
    std::string text = "(";
    for (int64_t axis = 0; axis < std::min<int64_t>(rank, 8); axis++) {
        text += (axis > 0 ? "," : "") + std::to_string(extents[axis]);
    }
    return text + (rank > 8 ? ",...)" : ")");
}

}  // namespace

Shape Shape::of(const int64_t* extents, int64_t rank, const char* what) {
    if (rank < 0 || rank > MOST_AXES) {
        throw Error(LLS_INVALID, std::string(what) + " of rank " + std::to_string(rank), "tensors of a tape have 0 to 4 axes", "put axes together");
    }
    if (rank > 0 && extents == nullptr) {
        throw Error(LLS_INVALID, std::string(what) + " got null for extents", "its shape is read from there", "pass the extents");
    }
    Shape shape;
    shape.rank = static_cast<int>(rank);
    int64_t product = 1;
    bool empty = false;
    for (int axis = 0; axis < rank; axis++) {
        int64_t extent = extents[axis];
        if (extent < 0) {
            throw Error(LLS_INVALID, std::string(what) + " of shape " + listed(extents, rank), "no extent is negative",
                        "pass the extents of the array");
        }
        shape.extents[axis] = extent;
        empty = empty || extent == 0;
        if (extent > MOST_ELEMENTS || (extent > 0 && __builtin_mul_overflow(product, extent, &product)) || product > MOST_ELEMENTS) {
            throw Error(LLS_SHAPE, std::string(what) + " of shape " + listed(extents, rank), "so many elements cannot be addressed",
                        "pass a shape that fits memory");
        }
    }
    return shape;
}

int64_t Shape::size() const noexcept {
    int64_t product = 1;
    for (int axis = 0; axis < rank; axis++) {
        product *= extents[axis];
    }
    return product;
}

int64_t Shape::rows() const noexcept {
    int64_t product = 1;
    for (int axis = 0; axis + 1 < rank; axis++) {
        product *= extents[axis];
    }
    return product;
}

std::string Shape::text() const { return listed(extents, rank); }

bool Shape::operator==(const Shape& other) const noexcept { return rank == other.rank && std::equal(extents, extents + rank, other.extents); }

bool broadcasts(const Shape& a, const Shape& b, Shape& together) {
    Shape whole;
    whole.rank = std::max(a.rank, b.rank);
    for (int back = 1; back <= whole.rank; back++) {
        int64_t mine = back <= a.rank ? a.extents[a.rank - back] : 1;
        int64_t other = back <= b.rank ? b.extents[b.rank - back] : 1;
        if (mine != other && mine != 1 && other != 1) {
            return false;
        }
        whole.extents[whole.rank - back] = mine == 1 ? other : mine;
    }
    together = Shape::of(whole.extents, whole.rank, "broadcasting");
    return true;
}

Steps::Steps(const Shape& operand, const Shape& whole) : along{0, 0, 0, 0} {
    int64_t step = 1;
    for (int back = 1; back <= operand.rank; back++) {
        int64_t extent = operand.extents[operand.rank - back];
        along[whole.rank - back] = extent == 1 ? 0 : step;
        step *= extent;
    }
}

}  // namespace llmsys
