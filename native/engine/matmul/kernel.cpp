// What every provider of the slot has without writing it: products over weights and batches, with its own multiply.
#include <algorithm>

#include "engine/core/buffer.h"
#include "engine/core/kernels.h"
#include "engine/matmul/lane_panels.h"
#include "engine/matmul/panels.h"

namespace llmsys {

// C (M,N) = A (M,K) W^T + bias: a panel of 32 outputs at a time is widened to B (K,32) and multiplied.
void MatmulKernel::multiplyWeights(const Matrix& a, const WeightMatrix& w, const float* bias, const Matrix& c, Workers& workers) const {
    constexpr int64_t WIDTH = WeightMatrix::WIDTH;
    bool wide = w.type() == LLS_F32;
    Buffer scratch(wide ? 0 : w.inputs() * WIDTH * static_cast<int64_t>(sizeof(float)), "matmul scratch");
    for (int64_t panel = 0; panel < w.panels(); panel++) {
        int64_t first = panel * WIDTH;
        int64_t columns = std::min(WIDTH, w.outputs() - first);
        auto* floats = static_cast<float*>(const_cast<void*>(w.panel(panel)));       // read only: Matrix has one kind of address
        if (!wide) {
            floats = scratch.floats();
            widenPanel(w.type(), w.panel(panel), 0, w.inputs(), floats);
        }
        Matrix b{floats, w.inputs(), columns, WIDTH, 1};
        Matrix part{c.data + first * c.column_stride, c.rows, columns, c.row_stride, c.column_stride};
        multiply(a, b, bias == nullptr ? nullptr : bias + first, part, false, workers);
    }
}

void MatmulKernel::multiplyPanels(const Matrix& a, const lls_panels& w, const float* bias, const Matrix& c, Workers& workers) const {
    constexpr int64_t WIDTH = WeightMatrix::WIDTH;
    const LaneWidener& widener = LaneWidener::portable();
    Buffer scratch(w.inputs * WIDTH * static_cast<int64_t>(sizeof(float)), "matmul scratch");
    for (int64_t first = 0; first < w.outputs; first += WIDTH) {
        widener.widen(w, first / WIDTH, 0, w.inputs, scratch.floats());
        int64_t columns = std::min(WIDTH, w.outputs - first);
        Matrix b{scratch.floats(), w.inputs, columns, WIDTH, 1};
        Matrix part{c.data + first * c.column_stride, c.rows, columns, c.row_stride, c.column_stride};
        multiply(a, b, bias == nullptr ? nullptr : bias + first, part, false, workers);
    }
}

void MatmulKernel::multiplyBatch(const Matrix& a, int64_t aStride, const Matrix& b, int64_t bStride, const Matrix& c, int64_t cStride, int64_t count,
                                 bool accumulate, Workers& workers) const {
    Matrix left = a, right = b, result = c;
    for (int64_t i = 0; i < count; i++) {
        left.data = a.data + i * aStride;
        right.data = b.data + i * bStride;
        result.data = c.data + i * cStride;
        multiply(left, right, nullptr, result, accumulate, workers);
    }
}

}  // namespace llmsys
