#include "engine/matmul/checks.h"

#include <limits>

#include "engine/core/error.h"
#include "engine/core/surface.h"

namespace llmsys {

namespace {

std::string shape(int64_t rows, int64_t columns) { return "(" + std::to_string(rows) + ", " + std::to_string(columns) + ")"; }

// Whether (extent - 1) * stride, added to `distance`, can be counted; of either sign.
bool reaches(int64_t extent, int64_t stride, int64_t& distance) {
    int64_t step = 0;
    if (stride == std::numeric_limits<int64_t>::min() || __builtin_mul_overflow(extent > 0 ? extent - 1 : 0, stride < 0 ? -stride : stride, &step)) {
        return false;
    }
    return !__builtin_add_overflow(distance, step, &distance) && distance <= std::numeric_limits<int64_t>::max() / 8;
}

Error tooFar(const char* function, const char* name, const lls_matrix& matrix) {
    return Error(LLS_SHAPE,
            std::string(function) + " got " + name + " " + shapeText(matrix) + " with strides " + std::to_string(matrix.row_stride) + ", "
                 + std::to_string(matrix.column_stride), "its elements cannot be counted or addressed",
                         "pass extents and strides of memory that there is");
}

}  // namespace

std::string shapeText(const lls_matrix& matrix) { return shape(matrix.rows, matrix.columns); }

void requireMatrix(const char* function, const char* name, const lls_matrix* matrix, bool written) {
    requireNotNull(matrix, function, name);
    if (matrix->rows < 0 || matrix->columns < 0) {
        throw Error(LLS_SHAPE, std::string(function) + " got " + name + " " + shapeText(*matrix), "no extent is negative",
                "pass rows and columns from 0 on");
    }
    if (matrix->rows == 0 || matrix->columns == 0) {
        return;
    }
    requireNotNull(matrix->data, function, (std::string(name) + ".data").c_str());
    int64_t distance = 0, elements = 0;
    if (!reaches(matrix->rows, matrix->row_stride, distance) || !reaches(matrix->columns, matrix->column_stride, distance)
        || __builtin_mul_overflow(matrix->rows, matrix->columns, &elements)) {
        throw tooFar(function, name, *matrix);
    }
    if (written && ((matrix->row_stride == 0 && matrix->rows > 1) || (matrix->column_stride == 0 && matrix->columns > 1))) {
        throw Error(LLS_SHAPE, std::string(function) + " got " + name + " " + shapeText(*matrix) + " with a stride of 0",
                    "several elements of the result would lie in one place", "pass strides that keep them apart");
    }
}

void requireFit(const char* function, const lls_matrix& a, int64_t bRows, int64_t bColumns, const lls_matrix& c) {
    if (a.columns != bRows) {
        throw Error(LLS_SHAPE, std::string(function) + ": " + shapeText(a) + " times " + shape(bRows, bColumns),
                    "inner dimensions " + std::to_string(a.columns) + " and " + std::to_string(bRows) + " differ", "pass (M,K) and (K,N)");
    }
    if (c.rows != a.rows || c.columns != bColumns) {
        throw Error(LLS_SHAPE, std::string(function) + ": " + shapeText(a) + " times " + shape(bRows, bColumns) + " into " + shapeText(c),
                    "the product has shape " + shape(a.rows, bColumns), "pass a result of that shape");
    }
}

void requireBatch(const char* function, const char* name, const lls_matrix& matrix, int64_t stride, int64_t count, bool written) {
    if (count <= 1 || matrix.rows == 0 || matrix.columns == 0) {
        return;
    }
    int64_t distance = 0;
    if (!reaches(matrix.rows, matrix.row_stride, distance) || !reaches(matrix.columns, matrix.column_stride, distance) || !reaches(count, stride,
            distance)) {
        throw tooFar(function, name, matrix);
    }
    if (written && stride == 0) {
        throw Error(LLS_SHAPE, std::string(function) + " got stride 0 for " + name, "all products would be written to one place",
                "pass the distance of the results");
    }
}

void requireFlag(const char* function, const char* name, int32_t flag) {
    if (flag != 0 && flag != 1) {
        throw Error(LLS_INVALID, std::string(function) + " got " + std::to_string(flag) + " for " + name, "it is 0 or 1", "pass one of them");
    }
}

}  // namespace llmsys
