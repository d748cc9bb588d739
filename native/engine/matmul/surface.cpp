// lls_matmul, lls_matmul_batch, lls_matmul_weights, lls_arranged_...
#include <memory>

#include "engine/core/buffer.h"
#include "engine/core/handles.h"
#include "engine/core/lasting.h"
#include "engine/core/registry.h"
#include "engine/core/surface.h"
#include "engine/matmul/checks.h"
#include "engine/matmul/lane_panels.h"

namespace llmsys {

namespace {

std::shared_ptr<const MatmulKernel> kernelOf(const char* name) {
    return name == nullptr ? serving<MatmulKernel>("matmul", "matmul") : named<MatmulKernel>("matmul", name);
}

Handles<WeightMatrix>& arrangedMatrices() {
    static Lasting<Handles<WeightMatrix>> only;
    return only.get([] { return new Handles<WeightMatrix>("arranged weights"); });
}

std::shared_ptr<WeightMatrix> arrange(const char* function, const lls_weights* w) {
    requireNotNull(w, function, "w");
    return std::make_shared<WeightMatrix>(std::vector<lls_weights>{*w}, "weights");
}

void copy(const Matrix& from, const Matrix& to) {
    for (int64_t r = 0; r < from.rows; r++) {
        for (int64_t c = 0; c < from.columns; c++) {
            to.data[r * to.row_stride + c * to.column_stride] = from.data[r * from.row_stride + c * from.column_stride];
        }
    }
}

// The same matrix with columns side by side: as it is, or a copy's place (not yet filled) in `memory`.
Matrix sideBySide(const Matrix& matrix, Buffer& memory) {
    if (matrix.column_stride == 1 || matrix.columns <= 1 || matrix.rows == 0) {
        return Matrix{matrix.data, matrix.rows, matrix.columns, matrix.row_stride, 1};
    }
    int64_t bytes = 0;
    if (__builtin_mul_overflow(matrix.rows * matrix.columns, static_cast<int64_t>(sizeof(float)), &bytes)) {
        throw Error(LLS_SHAPE, "a matrix of shape " + shapeText(matrix), "so many bytes cannot be counted", "pass a shape that fits memory");
    }
    memory = Buffer(bytes, "matmul scratch");
    return Matrix{memory.floats(), matrix.rows, matrix.columns, matrix.columns, 1};
}

// Kernels want rows of A and C side by side; others are copied. product(left, result)
template <typename Product>
void rowsSideBySide(const char* function, int64_t inputs, int64_t outputs, const lls_matrix* a, const lls_matrix* c, Product product) {
    requireMatrix(function, "a", a, false);
    requireMatrix(function, "c", c, true);
    requireFit(function, *a, inputs, outputs, *c);
    Buffer aMemory, cMemory;
    Matrix left = sideBySide(*a, aMemory);
    Matrix result = sideBySide(*c, cMemory);
    if (left.data != a->data) {
        copy(*a, left);
    }
    product(left, result);
    if (result.data != c->data) {
        copy(result, *c);
    }
}

void multiplyWeights(const char* function, const MatmulKernel& kernel, const WeightMatrix& w, const lls_matrix* a, const float* bias,
        const lls_matrix* c) {
    rowsSideBySide(function, w.inputs(), w.outputs(), a, c,
            [&](const Matrix& left, const Matrix& result) { kernel.multiplyWeights(left, w, bias, result, *sharedWorkers()); });
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_matmul(const char* name, const lls_matrix* a, const lls_matrix* b, const float* bias, const lls_matrix* c, int32_t accumulate) {
    return guarded([&] {
        requireMatrix("lls_matmul", "a", a, false);
        requireMatrix("lls_matmul", "b", b, false);
        requireMatrix("lls_matmul", "c", c, true);
        requireFit("lls_matmul", *a, b->rows, b->columns, *c);
        requireFlag("lls_matmul", "accumulate", accumulate);
        if (accumulate != 0 && bias != nullptr) {
            throw Error(LLS_INVALID, "lls_matmul got a bias and accumulate", "a sum starts from the bias or from what C holds",
                        "pass null for bias, or accumulate 0");
        }
        kernelOf(name)->multiply(*a, *b, bias, *c, accumulate != 0, *sharedWorkers());
    });
}

lls_status lls_matmul_batch(const char* name, const lls_matrix* a, int64_t a_stride, const lls_matrix* b, int64_t b_stride, const lls_matrix* c,
                            int64_t c_stride, int64_t count, int32_t accumulate) {
    return guarded([&] {
        requireMatrix("lls_matmul_batch", "a", a, false);
        requireMatrix("lls_matmul_batch", "b", b, false);
        requireMatrix("lls_matmul_batch", "c", c, true);
        requireFit("lls_matmul_batch", *a, b->rows, b->columns, *c);
        requireFlag("lls_matmul_batch", "accumulate", accumulate);
        if (count < 0) {
            throw Error(LLS_INVALID, "lls_matmul_batch got count " + std::to_string(count), "no count is negative", "pass the number of products");
        }
        requireBatch("lls_matmul_batch", "a", *a, a_stride, count, false);
        requireBatch("lls_matmul_batch", "b", *b, b_stride, count, false);
        requireBatch("lls_matmul_batch", "c", *c, c_stride, count, true);
        kernelOf(name)->multiplyBatch(*a, a_stride, *b, b_stride, *c, c_stride, count, accumulate != 0, *sharedWorkers());
    });
}

lls_status lls_matmul_weights(const char* name, const lls_matrix* a, const lls_weights* w, const float* bias, const lls_matrix* c) {
    return guarded([&] { multiplyWeights("lls_matmul_weights", *kernelOf(name), *arrange("lls_matmul_weights", w), a, bias, c); });
}

lls_status lls_matmul_panels(const char* name, const lls_matrix* a, const lls_panels* w, const float* bias, const lls_matrix* c) {
    return guarded([&] {
        requirePanels("lls_matmul_panels", w);
        std::shared_ptr<const MatmulKernel> kernel = kernelOf(name);
        rowsSideBySide("lls_matmul_panels", w->inputs, w->outputs, a, c,
                [&](const Matrix& left, const Matrix& result) { kernel->multiplyPanels(left, *w, bias, result, *sharedWorkers()); });
    });
}

lls_status lls_arranged_create(const lls_weights* w, lls_handle* arranged) {
    return guarded([&] {
        requireNotNull(arranged, "lls_arranged_create", "arranged");
        *arranged = arrangedMatrices().add(arrange("lls_arranged_create", w));
    });
}

lls_status lls_arranged_multiply(lls_handle arranged, const lls_matrix* a, const float* bias, const lls_matrix* c) {
    return guarded([&] {
        std::shared_ptr<WeightMatrix> w = arrangedMatrices().get(arranged);
        multiplyWeights("lls_arranged_multiply", *kernelOf(nullptr), *w, a, bias, c);
    });
}

lls_status lls_arranged_close(lls_handle arranged) {
    return guarded([&] { arrangedMatrices().close(arranged); });
}

}  // extern "C"
