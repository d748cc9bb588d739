// One operator with its inputs and the outputs that ONNX expects, from a safetensors file: tensors input.NAME and output.NAME, and notes op, opset,
// attributes, inputs, outputs (JSON).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/files/json.h"

// Numbers of any type as double; whether they have fractions is kept.
struct Numbers {
    std::vector<int64_t> shape;
    std::vector<double> data;
    std::string type;                    // "F32", "I64", ...

    int64_t size() const { return static_cast<int64_t>(data.size()); }
    int64_t rank() const { return static_cast<int64_t>(shape.size()); }
    std::vector<float> floats() const { return {data.begin(), data.end()}; }
    std::vector<int64_t> integers() const { return {data.begin(), data.end()}; }
};

class OnnxCase {
public:
    // Throws llmsys::Error for a damaged file.
    explicit OnnxCase(const std::string& path);

    const std::string& operatorName() const { return operator_; }
    int64_t opset() const { return opset_; }
    const std::vector<std::optional<Numbers>>& inputs() const { return inputs_; }
    const std::vector<std::optional<Numbers>>& outputs() const { return outputs_; }
    bool has(size_t index) const { return index < inputs_.size() && inputs_[index].has_value(); }
    const Numbers& input(size_t index) const { return inputs_.at(index).value(); }

    int64_t integer(const char* attribute, int64_t otherwise) const;
    double number(const char* attribute, double otherwise) const;
    std::string text(const char* attribute, const char* otherwise) const;
    bool hasAttribute(const char* attribute) const;
    std::vector<int64_t> integers(const char* attribute) const;
    // Whether all inputs and outputs are F32.
    bool floating() const;

private:
    std::string operator_;
    int64_t opset_ = 0;
    std::optional<llmsys::Json> attributes_;
    std::vector<std::optional<Numbers>> inputs_, outputs_;
};
