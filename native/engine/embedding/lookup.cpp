// y (N,C): y[n,:] = table[ids[n],:];   gradTable[ids[n],:] += gradY[n,:], n ascending.
// It is the product of a one-hot matrix (N,V) with the table (V,C), without the multiplications by zero.
#include "engine/embedding/lookup.h"

#include "engine/core/error.h"

namespace llmsys {

void requireIds(const int32_t* ids, int64_t count, int64_t rows, const char* operation) {
    for (int64_t n = 0; n < count; n++) {
        if (ids[n] < 0 || ids[n] >= rows) {
            throw Error(LLS_INVALID,
                        std::string(operation) + ": the token id " + std::to_string(ids[n]) + " at position " + std::to_string(n)
                            + " is not in the table",
                        rows == 0 ? "the table has no rows" : "the table has rows 0 to " + std::to_string(rows - 1),
                        "use the tokenizer that belongs to the model");
        }
    }
}

namespace {

class Lookup final : public Embedding {
public:
    void forward(const int32_t* ids, int64_t count, const WeightMatrix& table, float* y, Workers&) const override {
        requireIds(ids, count, table.outputs(), "embedding");
        for (int64_t n = 0; n < count; n++) {
            table.widen(ids[n], y + n * table.inputs());
        }
    }
    void backward(const int32_t* ids, int64_t count, const float* gradY, float* gradTable, int64_t v, int64_t c, Workers&) const override {
        requireIds(ids, count, v, "embedding backward");
        for (int64_t n = 0; n < count; n++) {
            for (int64_t i = 0; i < c; i++) {
                gradTable[ids[n] * c + i] += gradY[n * c + i];
            }
        }
    }
};

}  // namespace

std::shared_ptr<const Embedding> lookup() { return std::make_shared<Lookup>(); }

}  // namespace llmsys
