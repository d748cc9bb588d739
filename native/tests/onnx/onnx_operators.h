// ONNX operators, put together from what the C surface offers: the tape's operations, lls_normalization, lls_optimizer.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/onnx/onnx_case.h"

// What an operator gives; later outputs may be left out when a case does not ask for them.
struct Found {
    std::vector<int64_t> shape;
    std::vector<float> data;
};
using OnnxOperator = std::function<std::vector<Found>(const OnnxCase&)>;

const std::map<std::string, OnnxOperator>& onnxOperators();
// Operators of ONNX for which the native engine has no phase; Java's engine computes them.
const std::set<std::string>& onnxOperatorsOfOthers();
