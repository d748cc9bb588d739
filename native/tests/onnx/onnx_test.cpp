// Every case of the ONNX backend's node tests in oracles/onnx of the folder that LLMSYS_SHARED names, computed through the C surface, within the
// tolerance
// of ONNX's runner:  |actual - expected| <= 1e-7 + 1e-3 |expected|. What is not computed is counted and named; an operator that nobody has heard of
// fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/onnx/onnx_operators.h"

namespace {

void compare(const Numbers& expected, const Found& found) {
    if (expected.size() != 1 || found.data.size() != 1) {              // the files write a scalar as one element
        ASSERT_EQ(found.shape, expected.shape);
    }
    ASSERT_EQ(static_cast<int64_t>(found.data.size()), expected.size());
    for (size_t i = 0; i < found.data.size(); i++) {
        const double wanted = expected.data[i];
        if (std::isfinite(wanted)) {
            ASSERT_NEAR(found.data[i], wanted, 1e-7 + 1e-3 * std::fabs(wanted)) << "element " << i;
        } else {
            ASSERT_TRUE(std::isnan(wanted) ? std::isnan(found.data[i]) : found.data[i] == static_cast<float>(wanted)) << "element " << i;
        }
    }
}

std::string listed(const std::map<std::string, int>& counts) {
    std::string text;
    for (const auto& [name, count] : counts) {
        text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    }
    return text;
}

bool wholeNumbers(const OnnxCase& given) {
    const std::string& name = given.operatorName();
    return (name == "Add" || name == "Sub" || name == "Mul" || name == "Div") && !given.floating();
}

}  // namespace

TEST(Onnx, EveryCaseComesOutAsOnnxSays) {
    const char* shared = std::getenv("LLMSYS_SHARED");
    std::filesystem::path folder = shared == nullptr ? std::filesystem::path() : std::filesystem::path(shared) / "oracles" / "onnx";
    if (shared == nullptr || !std::filesystem::is_directory(folder)) {
        GTEST_SKIP() << "LLMSYS_SHARED names no folder with oracles/onnx";
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".safetensors") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    std::map<std::string, int> computed, others, integers;
    for (const auto& file : files) {
        SCOPED_TRACE(file.stem().string());
        OnnxCase given(file.string());
        auto found = onnxOperators().find(given.operatorName());
        if (wholeNumbers(given)) {
            integers[given.operatorName()]++;
        } else if (found != onnxOperators().end()) {
            std::vector<Found> outputs = found->second(given);
            for (size_t i = 0; i < given.outputs().size(); i++) {
                if (given.outputs()[i]) {
                    ASSERT_LT(i, outputs.size()) << "an output is missing";
                    compare(*given.outputs()[i], outputs[i]);
                }
            }
            computed[given.operatorName()]++;
        } else {
            EXPECT_EQ(onnxOperatorsOfOthers().count(given.operatorName()), 1u) << "the operator " << given.operatorName() << " is not known";
            others[given.operatorName()]++;
        }
    }
    auto total = [](const std::map<std::string, int>& counts) {
        int sum = 0;
        for (const auto& each : counts) {
            sum += each.second;
        }
        return sum;
    };
    std::cout << files.size() << " cases; computed " << total(computed) << ": " << listed(computed) << "\nnot in this engine " << total(others)
        << ": " << listed(others)
              << "\non whole numbers " << total(integers) << ": " << listed(integers) << "\n";
    EXPECT_GE(total(computed), 155);
}
