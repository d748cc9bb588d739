#include "engine/autograd/tape.h"

#include <algorithm>
#include <cstring>

#include "engine/core/surface.h"

namespace llmsys {

namespace {

// How many operations a tape holds: a step of a large model has some thousands.
constexpr size_t MOST_NODES = size_t{1} << 24;

}  // namespace

const Tape::Node& Tape::at(int32_t variable) const {
    if (variable < 0 || variable >= size()) {
        throw Error(LLS_INVALID, "the tape has no variable " + std::to_string(variable), "its variables are 0 to " + std::to_string(size() - 1),
                    "pass what lls_tape_tensor or lls_tape_apply gave");
    }
    return nodes_[static_cast<size_t>(variable)];
}

int32_t Tape::add(Node node) {
    if (nodes_.size() >= MOST_NODES) {
        throw Error(LLS_STATE, "the tape is full", "it holds " + std::to_string(MOST_NODES) + " variables",
                    "close it and open another one for the next step");
    }
    nodes_.push_back(std::move(node));
    return size() - 1;
}

int32_t Tape::tensor(const float* data, const Shape& shape, bool requiresGradient) {
    Node node;
    node.shape = shape;
    node.value = memory_.take(shape.size());
    node.requiresGradient = requiresGradient;
    size_t bytes = static_cast<size_t>(shape.size()) * sizeof(float);
    if (bytes > 0 && data != nullptr) {
        std::memcpy(node.value.floats(), data, bytes);
    } else if (bytes > 0) {
        std::memset(node.value.floats(), 0, bytes);
    }
    return add(std::move(node));
}

int32_t Tape::parameter(float* value, float* gradient, const Shape& shape) {
    Node node;
    node.shape = shape;
    node.value = memory_.borrow(value, shape.size());
    node.requiresGradient = gradient != nullptr;
    if (gradient != nullptr) {
        node.gradientHome = memory_.borrow(gradient, shape.size());
    }
    return add(std::move(node));
}

int32_t Tape::apply(std::unique_ptr<Operation> operation, const int32_t* inputs, int64_t count) {
    if (count < 0 || count > Operation::MOST_INPUTS) {
        throw Error(LLS_INVALID, std::string(operation->name()) + " got " + std::to_string(count) + " inputs",
                    "operations have at most " + std::to_string(Operation::MOST_INPUTS), "pass the inputs that llmsys.h lists");
    }
    Node node;
    node.inputCount = static_cast<int>(count);
    for (int i = 0; i < node.inputCount; i++) {
        const Node& input = at(inputs[i]);
        if (input.value.empty()) {
            throw Error(LLS_STATE, std::string(operation->name()) + " of variable " + std::to_string(inputs[i]), "backward has given its memory back",
                        "compute it again");
        }
        node.inputs[i] = inputs[i];
        node.requiresGradient = node.requiresGradient || input.requiresGradient;
    }
    std::shared_ptr<Workers> workers = sharedWorkers();
    Result result = operation->forward(Step(*this, size(), node.inputs, node.inputCount, *workers));
    node.shape = result.shape;
    node.value = std::move(result.value);
    node.operation = std::move(operation);
    return add(std::move(node));
}

void Tape::backward(int32_t variable, Afterwards afterwards) {
    const Node& last = at(variable);
    if (last.shape.size() != 1) {
        throw Error(LLS_SHAPE, "backward from a variable of shape " + last.shape.text(), "it begins at one number, the loss",
                    "add the elements up with sum or mean");
    }
    if (!last.requiresGradient) {
        throw Error(LLS_STATE, "backward from variable " + std::to_string(variable), "it depends on nothing that requires a gradient",
                    "make a tensor with requires_gradient");
    }
    if (last.value.empty()) {
        throw Error(LLS_STATE, "backward from variable " + std::to_string(variable), "an earlier backward has given the memory back",
                    "compute the step again");
    }
    std::shared_ptr<Workers> workers = sharedWorkers();
    forgetInner();
    try {
        Node& loss = nodes_[static_cast<size_t>(variable)];
        Memory one = memory_.take(1);
        one.floats()[0] = 1;
        if (loss.operation == nullptr && !loss.gradient.empty()) {
            one.floats()[0] += loss.gradient.floats()[0];
            if (loss.gradientHome.empty()) {
                loss.gradient = std::move(one);
            } else {
                loss.gradient.floats()[0] = one.floats()[0];
            }
        } else if (loss.operation == nullptr && !loss.gradientHome.empty()) {
            loss.gradient = loss.gradientHome;
            loss.gradient.floats()[0] = 1;
        } else {
            loss.gradient = std::move(one);
        }
        for (int32_t i = variable; i >= 0; i--) {
            Node& node = nodes_[static_cast<size_t>(i)];
            if (node.operation == nullptr) {
                continue;
            }
            if (!node.gradient.empty()) {
                node.operation->backward(Step(*this, i, node.inputs, node.inputCount, *workers));
                node.gradient = Memory();
            }
            if (afterwards == Afterwards::GIVE_BACK && i != variable) {
                node.value = Memory();
                node.operation.reset();
            }
        }
    } catch (...) {
        forgetInner();
        throw;
    }
    kernels_.forget();
}

void Tape::forgetInner() {
    for (Node& node : nodes_) {
        if (node.operation != nullptr) {
            node.gradient = Memory();
        }
    }
}

void Tape::restart(int32_t count) {
    nodes_.resize(static_cast<size_t>(std::clamp(count, 0, size())));
    for (Node& node : nodes_) {
        node.gradient = Memory();
    }
    kernels_.forget();
}

const float* Tape::value(int32_t variable) const {
    const Node& node = at(variable);
    if (node.value.empty()) {
        throw Error(LLS_STATE, "variable " + std::to_string(variable) + " has no value any more", "backward has given its memory back",
                    "read it before");
    }
    return node.value.floats();
}

const float* Tape::gradient(int32_t variable) const {
    const Node& node = at(variable);
    if (node.gradient.empty()) {
        throw Error(LLS_STATE, "variable " + std::to_string(variable) + " of shape " + node.shape.text() + " has no gradient",
                    node.operation != nullptr      ? "gradients are kept for tensors, not for what operations compute"
                    : !node.requiresGradient ? "it was made without requires_gradient"
                                             : "no backward has reached it yet",
                    "make a tensor with requires_gradient and call backward on a loss that depends on it");
    }
    return node.gradient.floats();
}

}  // namespace llmsys
