// What operations see of their tape, and how gradients meet.
//
// A gradient that passes an operation unchanged is shared, not copied: a piece with several holders is only read, and whoever adds to it makes a
// new one.
#include <cstring>

#include "engine/autograd/tape.h"
#include "engine/core/kernels.h"

namespace llmsys {

const Shape& Step::shape(int input) const { return tape_.nodes_[static_cast<size_t>(inputs_[input])].shape; }
const float* Step::value(int input) const { return tape_.nodes_[static_cast<size_t>(inputs_[input])].value.floats(); }
Memory Step::share(int input) const { return tape_.nodes_[static_cast<size_t>(inputs_[input])].value; }
Memory Step::take(int64_t floats) const { return tape_.memory_.take(floats); }
TapeKernels& Step::kernels() const { return tape_.kernels_; }

const Shape& Step::outputShape() const { return tape_.nodes_[static_cast<size_t>(output_)].shape; }
const float* Step::output() const { return tape_.nodes_[static_cast<size_t>(output_)].value.floats(); }
const float* Step::gradient() const { return tape_.nodes_[static_cast<size_t>(output_)].gradient.floats(); }
Memory Step::shareGradient() const { return tape_.nodes_[static_cast<size_t>(output_)].gradient; }
bool Step::wants(int input) const { return tape_.nodes_[static_cast<size_t>(inputs_[input])].requiresGradient; }

GradientTarget Step::target(int input) const {
    Tape::Node& node = tape_.nodes_[static_cast<size_t>(inputs_[input])];
    if (node.gradient.empty()) {
        node.gradient = node.gradientHome.empty() ? tape_.memory_.take(node.shape.size()) : node.gradientHome;
        return {node.gradient.floats(), false};
    }
    if (node.gradientHome.empty() && !node.gradient.alone()) {
        Memory mine = tape_.memory_.take(node.shape.size());
        std::memcpy(mine.floats(), node.gradient.floats(), static_cast<size_t>(node.shape.size()) * sizeof(float));
        node.gradient = std::move(mine);
    }
    return {node.gradient.floats(), true};
}

float* Step::sumTarget(int input) const {
    GradientTarget to = target(input);
    if (!to.accumulate) {
        std::memset(to.data, 0, static_cast<size_t>(shape(input).size()) * sizeof(float));
    }
    return to.data;
}

void Step::contribute(int input, Memory contribution) const {
    Tape::Node& node = tape_.nodes_[static_cast<size_t>(inputs_[input])];
    int64_t size = node.shape.size();
    if (node.gradient.empty() && node.gradientHome.empty()) {
        node.gradient = std::move(contribution);
        return;
    }
    if (node.gradient.empty()) {
        node.gradient = node.gradientHome;
        std::memcpy(node.gradient.floats(), contribution.floats(), static_cast<size_t>(size) * sizeof(float));
        return;
    }
    auto sums = kernel<Elementwise>("elementwise", "elementwise");
    if (!node.gradientHome.empty() || node.gradient.alone()) {
        sums->add(node.gradient.floats(), contribution.floats(), node.gradient.floats(), size, workers_);
    } else if (contribution.alone()) {
        sums->add(node.gradient.floats(), contribution.floats(), contribution.floats(), size, workers_);
        node.gradient = std::move(contribution);
    } else {
        Memory mine = tape_.memory_.take(size);
        sums->add(node.gradient.floats(), contribution.floats(), mine.floats(), size, workers_);
        node.gradient = std::move(mine);
    }
}

void Operation::requireInputs(const Step& step, int least, int most) const {
    if (step.count() < least || step.count() > most) {
        throw Error(LLS_INVALID, std::string(name_) + " got " + std::to_string(step.count()) + " inputs",
                    "it takes " + std::to_string(least) + (most == least ? "" : " to " + std::to_string(most)),
                        "pass the inputs that llmsys.h lists");
    }
}

std::string Operation::on(const Step& step) const {
    std::string text = name_;
    for (int i = 0; i < step.count(); i++) {
        text += (i == 0 ? " of " : i + 1 == step.count() ? " and " : ", ") + step.shape(i).text();
    }
    return text;
}

void Operation::refuse(const Step& step, const std::string& why, const std::string& fix) const { throw Error(LLS_SHAPE, on(step), why, fix); }

}  // namespace llmsys
