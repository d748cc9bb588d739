// The tape through the C surface.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "llmsys.h"

class TapeOfTest {
public:
    TapeOfTest() { EXPECT_EQ(lls_tape_open(&tape_), LLS_OK) << lls_last_error(); }
    ~TapeOfTest() { EXPECT_EQ(lls_tape_close(tape_), LLS_OK) << lls_last_error(); }
    TapeOfTest(const TapeOfTest&) = delete;

    int32_t tensor(const std::vector<float>& data, const std::vector<int64_t>& shape, bool learns = true) {
        int32_t variable = -1;
        float none = 0;
        EXPECT_EQ(lls_tape_tensor(tape_, data.empty() ? &none : data.data(), shape.data(), static_cast<int32_t>(shape.size()), learns, &variable),
                  LLS_OK)
            << lls_last_error();
        return variable;
    }
    lls_status tryApply(const std::string& operation, const std::vector<int32_t>& inputs, const std::vector<int64_t>& integers,
                        const std::vector<double>& numbers, int32_t& variable) {
        return lls_tape_apply(tape_, operation.c_str(), inputs.data(), static_cast<int32_t>(inputs.size()), integers.data(),
                              static_cast<int64_t>(integers.size()), numbers.data(), static_cast<int32_t>(numbers.size()), &variable);
    }
    int32_t apply(const std::string& operation, const std::vector<int32_t>& inputs, const std::vector<int64_t>& integers = {},
                  const std::vector<double>& numbers = {}) {
        int32_t variable = -1;
        EXPECT_EQ(tryApply(operation, inputs, integers, numbers, variable), LLS_OK) << lls_last_error();
        return variable;
    }
    // What an operation is refused with.
    std::string refusal(lls_status status, const std::string& operation, const std::vector<int32_t>& inputs,
                        const std::vector<int64_t>& integers = {},
                        const std::vector<double>& numbers = {}) {
        int32_t variable = -1;
        EXPECT_EQ(tryApply(operation, inputs, integers, numbers, variable), status) << operation << "\n" << lls_last_error();
        return lls_last_error();
    }
    void backward(int32_t variable) { EXPECT_EQ(lls_tape_backward(tape_, variable), LLS_OK) << lls_last_error(); }
    std::vector<int64_t> shape(int32_t variable) {
        int64_t extents[4];
        int32_t rank = 0;
        EXPECT_EQ(lls_tape_extents(tape_, variable, extents, &rank), LLS_OK) << lls_last_error();
        return {extents, extents + rank};
    }
    std::vector<float> value(int32_t variable) { return read(lls_tape_value, variable); }
    std::vector<float> gradient(int32_t variable) { return read(lls_tape_gradient, variable); }
    lls_handle handle() const { return tape_; }

private:
    std::vector<float> read(lls_status (*from)(lls_handle, int32_t, float*, int64_t), int32_t variable) {
        int64_t size = 1;
        for (int64_t extent : shape(variable)) {
            size *= extent;
        }
        std::vector<float> data(static_cast<size_t>(size));
        float none;
        EXPECT_EQ(from(tape_, variable, data.empty() ? &none : data.data(), size), LLS_OK) << lls_last_error();
        return data;
    }

    lls_handle tape_ = 0;
};
