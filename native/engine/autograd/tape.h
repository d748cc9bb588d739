// Reverse-mode differentiation: operations are recorded as they compute, and backward walks the record from its end.
//
//   forward     v_i = f_i(inputs of i)
//   backward    dv += d(loss)/dv for each input of f_i, i descending, from dv of v_i
//
// A tensor that several operations read gets the sum of what arrives from each. Linnainmaa 1976, Taylor expansion of the accumulated rounding error;
// Baydin et al. 2018, arXiv 1502.05767.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/autograd/memory.h"
#include "engine/autograd/operation.h"
#include "engine/autograd/shape.h"
#include "engine/core/workers.h"

namespace llmsys {

// For one thread at a time.
class Tape {
public:
    Tape() : memory_("tape") {}
    Tape(const Tape&) = delete;

    // A copy of data (null: zeros).
    int32_t tensor(const float* data, const Shape& shape, bool requiresGradient);
    // A tensor that lies in the caller's memory and whose gradient is written to the caller's. gradient null: none is wanted.
    int32_t parameter(float* value, float* gradient, const Shape& shape);

    // Computes and records. Throws Error for inputs that do not fit, naming operation and shapes; nothing is recorded then.
    int32_t apply(std::unique_ptr<Operation> operation, const int32_t* inputs, int64_t count);
    int32_t apply(std::unique_ptr<Operation> operation, std::initializer_list<int32_t> inputs) {
        return apply(std::move(operation), inputs.begin(), static_cast<int64_t>(inputs.size()));
    }

    enum class Afterwards { KEEP, GIVE_BACK };
    // From a tensor of one element. Gradients are added to those that tensors and parameters have. GIVE_BACK: what operations computed is gone
    // afterwards,
    // piece by piece, so that gradients take the place of what is no longer needed.
    void backward(int32_t variable, Afterwards afterwards = Afterwards::KEEP);
    // Forgets all tensors from `count` on, and all gradients. Memory stays for the next step, which asks for its kernels anew.
    void restart(int32_t count);

    int32_t size() const noexcept { return static_cast<int32_t>(nodes_.size()); }
    const Shape& shape(int32_t variable) const { return at(variable).shape; }
    const float* value(int32_t variable) const;
    // Throws Error LLS_STATE when there is none.
    const float* gradient(int32_t variable) const;

private:
    friend class Step;
    struct Node {
        Shape shape;
        Memory value;
        Memory gradient;
        Memory gradientHome;                      // of a parameter: where its gradient goes
        bool requiresGradient = false;
        std::unique_ptr<Operation> operation;     // null for tensors and parameters
        int32_t inputs[Operation::MOST_INPUTS] = {};
        int inputCount = 0;
    };
    const Node& at(int32_t variable) const;
    int32_t add(Node node);
    void forgetInner();

    TapeMemory memory_;                           // before what lies in it
    std::vector<Node> nodes_;
    TapeKernels kernels_;
};

}  // namespace llmsys
