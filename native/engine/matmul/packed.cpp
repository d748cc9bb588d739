#include "engine/matmul/packed.h"

#include <algorithm>

#include "engine/matmul/packed_blocks.h"

namespace llmsys {

namespace {

constexpr int64_t TINY = int64_t{48} * 48 * 48;       // multiply-adds of a batch's product that are worth a chunk
// multiply-adds up to which operands are read where they lie: packing takes longer than it saves
constexpr int64_t SMALL = int64_t{400} * 400 * 400;
constexpr int64_t MIDDLE = int64_t{600} * 600 * 600;  // ... up to which the right one is
constexpr int64_t FEW = 2;                // tiles of rows that meet narrow weights before these are widened in long strips
constexpr int64_t NEAR = 128 << 10;       // numbers of A that stay in the second cache
constexpr int64_t CROWDED = 192;          // rows a multiple of a page apart compete for the same places of a cache: so many of them fit

bool crowds(int64_t stride, int64_t count) { return count > CROWDED && stride % 1024 == 0; }

Matrix transposed(const Matrix& m) { return Matrix{m.data, m.columns, m.rows, m.column_stride, m.row_stride}; }

// A matrix whose rows are read where they lie.
class PlainRight : public RightOperand {
public:
    explicit PlainRight(const Matrix& b) : b_(b) {}
    const float* strip(int64_t n, int64_t k, int64_t, float*, int64_t& stride) const override {
        stride = b_.row_stride;
        return b_.data + k * b_.row_stride + n;
    }
    bool packs() const override { return false; }

private:
    const Matrix& b_;
};

// A matrix of any strides, packed.
class PackedRight : public RightOperand {
public:
    PackedRight(const MicroKernel& kernel, const Matrix& b) : kernel_(kernel), b_(b) {}
    const float* strip(int64_t n, int64_t k, int64_t depth, float* memory, int64_t& stride) const override {
        stride = kernel_.columns;
        kernel_.pack(b_.data + k * b_.row_stride + n * b_.column_stride, b_.column_stride, b_.row_stride,
                std::min<int64_t>(kernel_.columns, b_.columns - n), depth,
                     kernel_.columns, memory);
        return memory;
    }
    bool packs() const override { return true; }
    // A few rows of all strips before the next rows: rows may be pages apart, and what lies side by side is read together.
    void strips(int64_t n, int64_t width, int64_t count, int64_t k, int64_t depth, float* memory, int64_t size, const float** places,
            int64_t& stride) const override {
        for (int64_t done = 0; done == 0 || done < depth; done += ROWS_TOGETHER) {
            for (int64_t i = 0; i < count; i++) {
                strip(n + i * width, k + done, std::min(ROWS_TOGETHER, depth - done), memory + i * size + done * width, stride);
                places[i] = memory + i * size;
            }
        }
    }

private:
    static constexpr int64_t ROWS_TOGETHER = 32;
    const MicroKernel& kernel_;
    const Matrix& b_;
};

// Weights, transposed: their panels lie as tiles read them; narrow ones are widened a strip at a time.
class WeightsRight : public RightOperand {
public:
    WeightsRight(const MicroKernel& kernel, const WeightMatrix& w) : kernel_(kernel), w_(w) {}
    const float* strip(int64_t n, int64_t k, int64_t depth, float* memory, int64_t& stride) const override {
        stride = WeightMatrix::WIDTH;
        const void* panel = w_.panel(n / WeightMatrix::WIDTH);
        if (!packs()) {
            return static_cast<const float*>(panel) + k * WeightMatrix::WIDTH + n % WeightMatrix::WIDTH;
        }
        kernel_.widen(w_.type(), panel, k, k + depth, memory);
        return memory + n % WeightMatrix::WIDTH;
    }
    bool packs() const override { return w_.type() != LLS_F32; }

private:
    const MicroKernel& kernel_;
    const WeightMatrix& w_;
};

}  // namespace

void PackedMatmul::multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const {
    if (c.rows == 0 || c.columns == 0) {
        return;
    }
    if (c.rows > 1 && c.row_stride == 1 && (c.column_stride != 1 || c.columns == 1)) {       // columns are what lies side by side: C^T = B^T A^T
        if (bias != nullptr) {
            for (int64_t n = 0; n < c.columns; n++) {
                std::fill_n(c.data + n * c.column_stride, c.rows, bias[n]);
            }
        }
        return multiply(transposed(b), transposed(a), nullptr, transposed(c), accumulate || bias != nullptr, workers);
    }
    const double work = static_cast<double>(c.rows) * static_cast<double>(c.columns) * static_cast<double>(a.columns);
    const bool oneTile = c.rows <= kernel_.rows;
    const bool rightLies = (b.column_stride == 1 || b.columns <= 1) && (oneTile || (work <= MIDDLE && !crowds(b.row_stride, a.columns)));
    const bool leftLies = (a.column_stride == 1 || a.columns <= 1) && (oneTile || (work <= SMALL && !(a.row_stride % 1024 == 0 && work > TINY)));
    if (rightLies && leftLies) {
        multiplyStraight(kernel_, a, PlainRight(b), bias, c, accumulate, workers);
    } else if (rightLies) {
        llmsys::multiplyPanels(kernel_, a, PlainRight(b), bias, c, accumulate, workers);
    } else {
        llmsys::multiplyPanels(kernel_, a, PackedRight(kernel_, b), bias, c, accumulate, workers);
    }
}

void PackedMatmul::multiplyWeights(const Matrix& a, const WeightMatrix& w, const float* bias, const Matrix& c, Workers& workers) const {
    if (c.rows == 0 || c.columns == 0) {
        return;
    }
    const WeightsRight right(kernel_, w);
    const bool near = w.type() == LLS_F32 && c.rows <= NEAR / std::max<int64_t>(1, a.columns) && a.row_stride % 1024 != 0;
    if (near || c.rows <= FEW * kernel_.rows) {
        multiplyStraight(kernel_, a, right, bias, c, false, workers);
    } else {
        llmsys::multiplyPanels(kernel_, a, right, bias, c, false, workers);
    }
}

// Many small products are shared out whole, each by one thread; few large ones one after another, each by all.
void PackedMatmul::multiplyBatch(const Matrix& a, int64_t aStride, const Matrix& b, int64_t bStride, const Matrix& c, int64_t cStride, int64_t count,
                                 bool accumulate, Workers& workers) const {
    constexpr int64_t LARGE = int64_t{1} << 24;
    const int64_t work = std::max<int64_t>(1, c.rows) * std::max<int64_t>(1, std::min(c.columns, LARGE)) > LARGE / std::max<int64_t>(1, a.columns)
                             ? LARGE : std::max<int64_t>(1, c.rows * c.columns * std::max<int64_t>(1, a.columns));
    if (work == LARGE || count < 2) {
        return MatmulKernel::multiplyBatch(a, aStride, b, bStride, c, cStride, count, accumulate, workers);
    }
    const int64_t together = std::max<int64_t>(1, TINY / work);
    workers.run(divideUp(count, together), [&](int64_t chunk) {
        const int64_t first = chunk * together;
        const Matrix left{a.data + first * aStride, a.rows, a.columns, a.row_stride, a.column_stride};
        const Matrix right{b.data + first * bStride, b.rows, b.columns, b.row_stride, b.column_stride};
        const Matrix result{c.data + first * cStride, c.rows, c.columns, c.row_stride, c.column_stride};
        MatmulKernel::multiplyBatch(left, aStride, right, bStride, result, cStride, std::min(together, count - first), accumulate, workers);
    });
}

}  // namespace llmsys
