#include "engine/elementwise/operands.h"

#include <algorithm>
#include <limits>

namespace llmsys {

namespace {

constexpr int64_t MOST_FLOATS = std::numeric_limits<int64_t>::max() / static_cast<int64_t>(sizeof(double));

std::string listed(std::initializer_list<int64_t> extents) {
    std::string text;
    for (int64_t extent : extents) {
        text += (text.empty() ? "(" : ",") + std::to_string(extent);
    }
    return text + ")";
}

}  // namespace

int64_t checkedSize(const char* function, std::initializer_list<int64_t> extents) {
    int64_t size = 1;
    bool empty = false;
    bool overflow = false;
    for (int64_t extent : extents) {
        if (extent < 0) {
            throw Error(LLS_INVALID, std::string(function) + " got the extents " + listed(extents), "an extent is no less than 0",
                        "pass the extents of the arrays");
        }
        empty = empty || extent == 0;
        overflow = overflow || __builtin_mul_overflow(size, std::max<int64_t>(1, extent), &size);
    }
    if (overflow || size > MOST_FLOATS) {
        throw Error(LLS_SHAPE, std::string(function) + " got the extents " + listed(extents), "so many numbers cannot be addressed",
                    "pass the extents of the arrays");
    }
    return empty ? 0 : size;
}

void requireArray(const void* data, int64_t size, const char* function, const char* name) {
    if (size > 0) {
        requireNotNull(data, function, name);
    }
}

std::string shapeOf(const Heads& heads) { return listed({heads.batch, heads.heads, heads.rows, heads.width}); }

bool sameExtents(const Heads& a, const Heads& b) { return a.batch == b.batch && a.heads == b.heads && a.rows == b.rows && a.width == b.width; }

void requireHeads(const Heads* heads, const char* function, const char* name, bool result) {
    requireNotNull(heads, function, name);
    int64_t size = checkedSize(function, {heads->batch, heads->heads, heads->rows, heads->width});
    requireArray(heads->data, size, function, name);
    int64_t end = heads->width;
    bool overflow = false;
    bool apart = true;
    const int64_t axes[][2] = {{heads->batch, heads->batch_stride}, {heads->heads, heads->head_stride}, {heads->rows, heads->row_stride}};
    for (const auto& [extent, stride] : axes) {
        if (stride < 0) {
            throw Error(LLS_SHAPE, std::string(function) + ": a stride of " + name + " is " + std::to_string(stride), "strides are no less than 0",
                        "pass the elements from one row, head or sequence to the next");
        }
        int64_t way = 0;
        overflow = overflow || (size > 0 && (__builtin_mul_overflow(extent - 1, stride, &way) || __builtin_add_overflow(end, way, &end)));
        apart = apart && (extent <= 1 || stride >= heads->width);
    }
    if (overflow || end > MOST_FLOATS) {
        throw Error(LLS_SHAPE, std::string(function) + ": " + name + " " + shapeOf(*heads) + " reaches beyond what can be addressed",
                    "extent times stride is too large", "pass the strides of the array in elements");
    }
    if (result && size > 0 && !apart) {
        throw Error(LLS_SHAPE, std::string(function) + ": elements of the result " + name + " " + shapeOf(*heads) + " lie on one another",
                    "a stride is smaller than a row", "pass the strides of the array in elements");
    }
}

void requireAlgorithm(const Implementation& found, const char* algorithm) {
    if (found.algorithm != algorithm) {
        throw Error(LLS_INVALID, found.name + " of slot " + found.slot + " does not compute " + algorithm, "it computes " + found.algorithm,
                    "name an implementation of the algorithm, or pass null");
    }
}

}  // namespace llmsys
