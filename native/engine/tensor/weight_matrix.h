// A model's matrix W (N,K), N outputs and K inputs, in one of the weight types, laid out once for the kernels of this processor.
//
//   y[n] = bias[n] + sum over k ascending of x[k] * W[n,k]
//
// The layout (panels of outputs side by side, so that lanes are outputs) is the business of engine/matmul; any kernel can read any matrix, the plain
// ones through widen().
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/buffer.h"
#include "llmsys.h"

namespace llmsys {

class WeightMatrix {
public:
    // Copies rows as a file holds them. Several are laid one below the other (Q, K, V become one product). All of one type and one K; K a multiple
    // of 32 for Q8_0 and Q4_0. Throws Error LLS_SHAPE, LLS_UNSUPPORTED, LLS_OUT_OF_MEMORY.
    WeightMatrix(const std::vector<lls_weights>& parts, const char* owner);

    lls_dtype type() const noexcept { return type_; }
    int64_t outputs() const noexcept { return outputs_; }  // N
    int64_t inputs() const noexcept { return inputs_; }    // K
    int64_t bytes() const noexcept { return panels_.bytes(); }

    // W[output,:] as floats, exactly.
    void widen(int64_t output, float* row) const;

    // Outputs of a panel, and where a panel begins. See engine/matmul/panels.h for what lies in it.
    static constexpr int64_t WIDTH = 32;
    const void* panel(int64_t index) const noexcept;
    int64_t panels() const noexcept { return (outputs_ + WIDTH - 1) / WIDTH; }

private:
    lls_dtype type_;
    int64_t outputs_;
    int64_t inputs_;
    Buffer panels_;
};

}  // namespace llmsys
