// What an operation of the tape is, and what it sees of the tape while it computes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/autograd/memory.h"
#include "engine/autograd/shape.h"
#include "engine/core/error.h"
#include "engine/core/registry.h"
#include "engine/core/workers.h"

namespace llmsys {

class Tape;

// The implementations of one step: each is asked for once, and whoever computed forward computes backward.
class TapeKernels {
public:
    template <typename K>
    std::shared_ptr<const K> get(const char* slot, const char* algorithm) {
        auto& found = found_[{slot, algorithm}];
        if (!found) {
            found = serving<K>(slot, algorithm);
        }
        return std::static_pointer_cast<const K>(found);
    }
    void forget() noexcept { found_.clear(); }

private:
    std::map<std::pair<std::string, std::string>, std::shared_ptr<const void>> found_;
};

// Where a contribution to a gradient goes: written, or added to what has arrived before.
struct GradientTarget {
    float* data;
    bool accumulate;
};

// One operation's view of its tape: inputs 0 to count - 1 and the output.
class Step {
public:
    Step(Tape& tape, int32_t output, const int32_t* inputs, int count, Workers& workers)
        : tape_(tape), output_(output), inputs_(inputs), count_(count), workers_(workers) {}

    int count() const noexcept { return count_; }
    const Shape& shape(int input) const;
    const float* value(int input) const;
    // A share in an input's value, for views.
    Memory share(int input) const;
    Workers& workers() const noexcept { return workers_; }
    Memory take(int64_t floats) const;
    template <typename K>
    std::shared_ptr<const K> kernel(const char* slot, const char* algorithm) const {
        return kernels().get<K>(slot, algorithm);
    }

    // In backward only.
    const Shape& outputShape() const;
    const float* output() const;
    const float* gradient() const;                 // of the output
    Memory shareGradient() const;
    bool wants(int input) const;
    // Memory of the input's size for kernels that can write and add.
    GradientTarget target(int input) const;
    // The same for what only adds: zeros when nothing has arrived.
    float* sumTarget(int input) const;
    // For kernels that only write: the whole contribution at once, which is adopted when it is the first.
    void contribute(int input, Memory contribution) const;

private:
    TapeKernels& kernels() const;
    Tape& tape_;
    int32_t output_;
    const int32_t* inputs_;
    int count_;
    Workers& workers_;
};

struct Result {
    Shape shape;
    Memory value;
};

class Operation {
public:
    static constexpr int MOST_INPUTS = 4;

    explicit Operation(const char* name) : name_(name) {}
    virtual ~Operation() = default;
    const char* name() const noexcept { return name_; }

    // Checks the inputs and computes. Throws Error.
    virtual Result forward(const Step& step) = 0;
    // Adds to the gradients of the inputs that want one.
    virtual void backward(const Step& step) = 0;

protected:
    // Throws Error LLS_INVALID.
    void requireInputs(const Step& step, int least, int most) const;
    // "matmul of (2,3) and (4,5)" for messages
    std::string on(const Step& step) const;
    [[noreturn]] void refuse(const Step& step, const std::string& why, const std::string& fix) const;

private:
    const char* name_;
};

}  // namespace llmsys
