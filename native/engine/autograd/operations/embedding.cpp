// y (N,C): y[n,:] = table[ids[n],:];   dtable[ids[n],:] += dy[n,:], n ascending.
// The table changes at every step, so its rows are read as they lie; the slot's kernels read tables that are laid out once.
#include <cstring>

#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class EmbeddingOperation final : public Operation {
public:
    explicit EmbeddingOperation(std::vector<int32_t> ids) : Operation("embedding"), ids_(std::move(ids)) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& table = step.shape(0);
        if (table.rank != 2) {
            refuse(step, "a table has two axes", "pass (V,C)");
        }
        const int64_t c = table.last();
        for (size_t n = 0; n < ids_.size(); n++) {
            if (ids_[n] < 0 || ids_[n] >= table.extents[0]) {
                throw Error(LLS_INVALID, on(step) + ": the id " + std::to_string(ids_[n]) + " at place " + std::to_string(n) + " is not in the table",
                            "it has " + std::to_string(table.extents[0]) + " rows", "use the tokenizer that belongs to the table");
            }
        }
        Shape y = Shape::of({static_cast<int64_t>(ids_.size()), c});
        kernel_ = step.kernel<Embedding>("embedding", "lookup");
        Memory memory = step.take(y.size());
        for (size_t n = 0; n < ids_.size() && c > 0; n++) {
            std::memcpy(memory.floats() + static_cast<int64_t>(n) * c, step.value(0) + ids_[n] * c, static_cast<size_t>(c) * sizeof(float));
        }
        return {y, memory};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            const Shape& table = step.shape(0);
            kernel_->backward(ids_.data(), static_cast<int64_t>(ids_.size()), step.gradient(), step.sumTarget(0), table.extents[0], table.last(),
                              step.workers());
        }
    }

private:
    std::vector<int32_t> ids_;
    std::shared_ptr<const Embedding> kernel_;
};

}  // namespace

Made embedding(std::vector<int32_t> ids) { return std::make_unique<EmbeddingOperation>(std::move(ids)); }

}  // namespace llmsys::operations
