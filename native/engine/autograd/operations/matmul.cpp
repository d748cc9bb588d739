// c = a b over the last two axes, the axes before them repeated as numpy does; a vector is one row (a) or one column (b), and that axis goes again.
//
//   da += dc b^T      db += a^T dc      summed where an operand was repeated, in the order of the products
//
// A matrix b without further axes meets all rows of a in one product.
#include <algorithm>
#include <cstring>

#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

Matrix matrix(const float* data, int64_t rows, int64_t columns) { return {const_cast<float*>(data), rows, columns, columns, 1}; }
Matrix turned(const float* data, int64_t rows, int64_t columns) { return {const_cast<float*>(data), columns, rows, 1, columns}; }

class MatmulOperation final : public Operation {
public:
    MatmulOperation() : Operation("matmul") {}

    Result forward(const Step& step) override {
        requireInputs(step, 2, 2);
        Shape a = step.shape(0), b = step.shape(1);
        if (a.rank == 0 || b.rank == 0) {
            refuse(step, "a single number is no matrix", "use scale or multiply");
        }
        const bool row = a.rank == 1, column = b.rank == 1;
        a = row ? Shape::of({1, a.last()}) : a;
        b = column ? Shape::of({b.last(), 1}) : b;
        m_ = a.extents[a.rank - 2];
        k_ = a.last();
        n_ = b.last();
        if (b.extents[b.rank - 2] != k_) {
            refuse(step, "the inner extents " + std::to_string(k_) + " and " + std::to_string(b.extents[b.rank - 2]) + " differ",
                   "transpose one of them, or pass (M,K) and (K,N)");
        }
        Shape aAxes = before(a), bAxes = before(b);
        if (!broadcasts(aAxes, bAxes, axes_)) {
            refuse(step, "the axes before the last two differ where neither is 1", "reshape one of them");
        }
        if (bAxes.rank == 0) {                          // one product for all rows
            m_ *= aAxes.size();
            axes_ = Shape{};
            aAxes = Shape{};
        }
        aSteps_ = Steps(aAxes, axes_);
        bSteps_ = Steps(bAxes, axes_);
        Shape c = result(a, b, row, column);
        kernel_ = step.kernel<MatmulKernel>("matmul", "matmul");
        Memory memory = step.take(c.size());
        each([&](int64_t i, int64_t j, int64_t at, bool, bool) {
            kernel_->multiply(matrix(step.value(0) + i, m_, k_), matrix(step.value(1) + j, k_, n_), nullptr, matrix(memory.floats() + at, m_, n_),
                              false, step.workers());
        });
        return {c, memory};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            GradientTarget to = targetOf(step, 0);
            each([&](int64_t i, int64_t j, int64_t at, bool firstA, bool) {
                kernel_->multiply(matrix(step.gradient() + at, m_, n_), turned(step.value(1) + j, k_, n_), nullptr, matrix(to.data + i, m_, k_),
                                  to.accumulate || !firstA, step.workers());
            });
        }
        if (step.wants(1)) {
            GradientTarget to = targetOf(step, 1);
            each([&](int64_t i, int64_t j, int64_t at, bool, bool firstB) {
                kernel_->multiply(turned(step.value(0) + i, m_, k_), matrix(step.gradient() + at, m_, n_), nullptr, matrix(to.data + j, k_, n_),
                                  to.accumulate || !firstB, step.workers());
            });
        }
    }

private:
    static Shape before(const Shape& shape) { return Shape::of(shape.extents, shape.rank - 2, "matmul"); }

    static Shape result(const Shape& a, const Shape& b, bool row, bool column) {
        Shape axes;
        broadcasts(before(a), before(b), axes);
        int64_t extents[Shape::MOST_AXES];
        int rank = axes.rank;
        std::copy(axes.extents, axes.extents + rank, extents);
        if (!row) {
            extents[rank++] = a.extents[a.rank - 2];
        }
        if (!column) {
            extents[rank++] = b.last();
        }
        return Shape::of(extents, rank, "matmul");
    }

    // Where no product writes, zeros.
    GradientTarget targetOf(const Step& step, int input) const {
        GradientTarget to = step.target(input);
        if (!to.accumulate && axes_.size() == 0) {
            std::memset(to.data, 0, static_cast<size_t>(step.shape(input).size()) * sizeof(float));
        }
        return to;
    }

    // product(a, b, c, firstA, firstB): places of the operands; whether an operand is met for the first time
    template <typename Product>
    void each(Product&& product) const {
        const int64_t count = axes_.size();
        for (int64_t index = 0; index < count; index++) {
            int64_t left = index, a = 0, b = 0;
            bool firstA = true, firstB = true;
            for (int axis = axes_.rank - 1; axis >= 0; axis--) {
                int64_t at = left % axes_.extents[axis];
                left /= axes_.extents[axis];
                a += at * aSteps_.along[axis];
                b += at * bSteps_.along[axis];
                firstA = firstA && (at == 0 || aSteps_.along[axis] != 0);
                firstB = firstB && (at == 0 || bSteps_.along[axis] != 0);
            }
            product(a * m_ * k_, b * k_ * n_, index * m_ * n_, firstA, firstB);
        }
    }

    int64_t m_ = 0, k_ = 0, n_ = 0;
    Shape axes_;                          // before the last two
    Steps aSteps_{Shape{}, Shape{}};      // in matrices
    Steps bSteps_{Shape{}, Shape{}};
    std::shared_ptr<const MatmulKernel> kernel_;
};

}  // namespace

Made matmul() { return std::make_unique<MatmulOperation>(); }

}  // namespace llmsys::operations
