// One number, added up in double.
//
//   cross-entropy   loss = mean over rows with a class of -log softmax(x)[class];    dx = (softmax(x) - one at the class) * dloss / counted rows
//   mse             loss = mean over all elements of (x - y)^2;                      dx = 2 (x - y) * dloss / elements, dy = -dx
#include <algorithm>

#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

// sum of losses / count; 0 when nothing counts
float meanOf(const float* losses, int64_t size, int64_t count) {
    double total = 0;
    for (int64_t i = 0; i < size; i++) {
        total += losses[i];
    }
    return count == 0 ? 0.0f : static_cast<float>(total / static_cast<double>(count));
}

class CrossEntropy final : public Operation {
public:
    explicit CrossEntropy(std::vector<int32_t> classes) : Operation("cross-entropy"), classes_(std::move(classes)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& x = step.shape(0);
        if (x.rank == 0 || x.rows() != static_cast<int64_t>(classes_.size())) {
            refuse(step, "it has " + std::to_string(x.rows()) + " rows and got " + std::to_string(classes_.size()) + " classes",
                   "pass one class for each row");
        }
        for (size_t n = 0; n < classes_.size(); n++) {
            if (classes_[n] != -1 && (classes_[n] < 0 || classes_[n] >= x.last())) {
                throw Error(LLS_INVALID, on(step) + ": the class " + std::to_string(classes_[n]) + " of row " + std::to_string(n),
                            "classes are below " + std::to_string(x.last()) + ", or -1 for a row that does not count",
                                "pass the ids of this vocabulary");
            }
        }
        counted_ = static_cast<int64_t>(classes_.size()) - std::count(classes_.begin(), classes_.end(), -1);
        kernel_ = step.kernel<Loss>("loss", "cross-entropy");
        Memory losses = step.take(x.rows());
        kernel_->forward(step.value(0), classes_.data(), nullptr, losses.floats(), x.rows(), x.last(), step.workers());
        Memory loss = step.take(1);
        loss.floats()[0] = meanOf(losses.floats(), x.rows(), counted_);
        return {Shape{}, loss};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            const Shape& x = step.shape(0);
            Memory arriving = step.take(x.rows());
            std::fill_n(arriving.floats(), x.rows(), counted_ == 0 ? 0.0f : step.gradient()[0] / static_cast<float>(counted_));
            Memory dx = step.take(x.size());
            kernel_->backward(step.value(0), classes_.data(), nullptr, arriving.floats(), dx.floats(), x.rows(), x.last(), step.workers());
            step.contribute(0, std::move(dx));
        }
    }

private:
    std::vector<int32_t> classes_;
    int64_t counted_ = 0;
    std::shared_ptr<const Loss> kernel_;
};

class MeanSquaredError final : public Operation {
public:
    MeanSquaredError() : Operation("mse") {}

    Result forward(const Step& step) override {
        requireInputs(step, 2, 2);
        if (step.shape(0) != step.shape(1)) {
            refuse(step, "predictions and values differ in shape", "pass equal shapes");
        }
        const Shape& x = step.shape(0);
        kernel_ = step.kernel<Loss>("loss", "mse");
        Memory losses = step.take(x.rows());
        kernel_->forward(step.value(0), nullptr, step.value(1), losses.floats(), x.rows(), x.last(), step.workers());
        Memory loss = step.take(1);
        loss.floats()[0] = meanOf(losses.floats(), x.rows(), x.rows());
        return {Shape{}, loss};
    }

    void backward(const Step& step) override {
        const Shape& x = step.shape(0);
        Memory arriving = step.take(x.rows());
        std::fill_n(arriving.floats(), x.rows(), step.gradient()[0] / static_cast<float>(std::max<int64_t>(1, x.rows())));
        for (int input = 0; input < 2; input++) {
            if (step.wants(input)) {
                Memory d = step.take(x.size());
                kernel_->backward(step.value(input), nullptr, step.value(1 - input), arriving.floats(), d.floats(), x.rows(), x.last(),
                                  step.workers());
                step.contribute(input, std::move(d));
            }
        }
    }

private:
    std::shared_ptr<const Loss> kernel_;
};

}  // namespace

Made crossEntropy(std::vector<int32_t> classes) { return std::make_unique<CrossEntropy>(std::move(classes)); }
Made meanSquaredError() { return std::make_unique<MeanSquaredError>(); }

}  // namespace llmsys::operations
