// y = x w + b: x (...,I), w (I,O), b (O) or none, y (...,O); scores: w is a table (O,I) and y = x w^T, for models with one table at both ends.
//
//   dx += dy w^T      dw += x^T dy      db += column sums of dy          scores: dw += dy^T x
#include <algorithm>

#include "engine/autograd/broadcasting.h"
#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class Linear final : public Operation {
public:
    explicit Linear(bool table) : Operation(table ? "scores" : "linear"), table_(table) {}

    Result forward(const Step& step) override {
        requireInputs(step, 2, table_ ? 2 : 3);
        const Shape &x = step.shape(0), &w = step.shape(1);
        if (w.rank != 2 || x.rank == 0 || x.last() != w.extents[table_ ? 1 : 0]) {
            refuse(step, table_ ? "a row of the table must be as long as the last axis of x"
                                : "the last axis of x must be as long as the first of the weight (in,out)",
                   table_ ? "pass x (...,C) and a table (V,C)" : "pass x (...,in) and w (in,out)");
        }
        if (step.count() > 2 && (step.shape(2).rank != 1 || step.shape(2).last() != w.extents[1])) {
            refuse(step, "the bias has one number for each of the " + std::to_string(w.extents[1]) + " outputs", "pass a vector of that length");
        }
        rows_ = x.rows();
        in_ = w.extents[table_ ? 1 : 0];
        out_ = w.extents[table_ ? 0 : 1];
        int64_t extents[Shape::MOST_AXES];
        std::copy(x.extents, x.extents + x.rank, extents);
        extents[x.rank - 1] = out_;
        Shape y = Shape::of(extents, x.rank, "linear");
        kernel_ = step.kernel<MatmulKernel>("matmul", "matmul");
        Memory memory = step.take(y.size());
        kernel_->multiply(rows(step.value(0), in_), weight(step.value(1)), step.count() > 2 ? step.value(2) : nullptr,
                          rows(memory.floats(), out_), false, step.workers());
        return {y, memory};
    }

    void backward(const Step& step) override {
        Matrix dy = rows(step.gradient(), out_);
        if (step.count() > 2 && step.wants(2)) {
            GradientTarget to = step.target(2);
            addColumns(step.gradient(), rows_, out_, to.data, to.accumulate, step.workers());
        }
        if (step.wants(1)) {
            GradientTarget to = step.target(1);
            kernel_->multiply({const_cast<float*>(step.value(0)), in_, rows_, 1, in_}, dy, nullptr, weight(to.data), to.accumulate, step.workers());
        }
        if (step.wants(0)) {
            GradientTarget to = step.target(0);
            const Matrix w = weight(step.value(1));
            kernel_->multiply(dy, {w.data, out_, in_, w.column_stride, w.row_stride}, nullptr, rows(to.data, in_), to.accumulate, step.workers());
        }
    }

private:
    // (in,out), however it lies
    Matrix weight(const float* data) const { return {const_cast<float*>(data), in_, out_, table_ ? 1 : out_, table_ ? in_ : 1}; }
    Matrix rows(const float* data, int64_t columns) const { return {const_cast<float*>(data), rows_, columns, columns, 1}; }

    bool table_;
    int64_t rows_ = 0, in_ = 0, out_ = 0;
    std::shared_ptr<const MatmulKernel> kernel_;
};

}  // namespace

Made linear() { return std::make_unique<Linear>(false); }
Made scores() { return std::make_unique<Linear>(true); }

}  // namespace llmsys::operations
