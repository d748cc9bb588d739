// A network of two layers learns XOR through the C surface: forward and backward on a tape for each step, AdamW between them.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "llmsys.h"

namespace {

struct Weight {
    std::vector<int64_t> shape;
    std::vector<float> value, gradient, mean, square;

    Weight(std::vector<int64_t> extents, unsigned seed) : shape(std::move(extents)) {
        size_t size = 1;
        for (int64_t extent : shape) {
            size *= static_cast<size_t>(extent);
        }
        for (size_t i = 0; i < size; i++) {
            seed = seed * 1664525u + 1013904223u;
            value.push_back(static_cast<float>(seed >> 8) / 8388608.0f - 1);
        }
        gradient.resize(size);
        mean.resize(size);
        square.resize(size);
    }
    void update(int64_t step) {
        float* memory[] = {mean.data(), square.data()};
        lls_optimizer_step how{step, 0.05, 0.9, 0.999, 1e-8, 0};
        ASSERT_EQ(lls_optimizer("adamw", nullptr, value.data(), gradient.data(), memory, static_cast<int64_t>(value.size()), &how), LLS_OK);
    }
};

}  // namespace

TEST(Xor, IsLearned) {
    const float inputs[] = {0, 0, 0, 1, 1, 0, 1, 1}, targets[] = {0, 1, 1, 0};
    const int64_t inputShape[] = {4, 2}, targetShape[] = {4, 1};
    Weight weights[] = {{{2, 8}, 1}, {{8}, 2}, {{8, 1}, 3}, {{1}, 4}};
    float loss = 1;
    for (int64_t step = 1; step <= 500; step++) {
        lls_handle tape = 0;
        ASSERT_EQ(lls_tape_open(&tape), LLS_OK);
        int32_t x = -1, t = -1, w[4], y = -1;
        ASSERT_EQ(lls_tape_tensor(tape, inputs, inputShape, 2, 0, &x), LLS_OK);
        ASSERT_EQ(lls_tape_tensor(tape, targets, targetShape, 2, 0, &t), LLS_OK);
        for (int i = 0; i < 4; i++) {
            ASSERT_EQ(lls_tape_tensor(tape, weights[i].value.data(), weights[i].shape.data(), static_cast<int32_t>(weights[i].shape.size()), 1,
                                      &w[i]), LLS_OK);
        }
        int32_t first[] = {x, w[0], w[1]};
        ASSERT_EQ(lls_tape_apply(tape, "linear", first, 3, nullptr, 0, nullptr, 0, &y), LLS_OK) << lls_last_error();
        ASSERT_EQ(lls_tape_apply(tape, "tanh", &y, 1, nullptr, 0, nullptr, 0, &y), LLS_OK);
        int32_t second[] = {y, w[2], w[3]};
        ASSERT_EQ(lls_tape_apply(tape, "linear", second, 3, nullptr, 0, nullptr, 0, &y), LLS_OK);
        int32_t both[] = {y, t};
        ASSERT_EQ(lls_tape_apply(tape, "mse", both, 2, nullptr, 0, nullptr, 0, &y), LLS_OK);
        ASSERT_EQ(lls_tape_value(tape, y, &loss, 1), LLS_OK);
        ASSERT_EQ(lls_tape_backward(tape, y), LLS_OK);
        for (int i = 0; i < 4; i++) {
            ASSERT_EQ(lls_tape_gradient(tape, w[i], weights[i].gradient.data(), static_cast<int64_t>(weights[i].gradient.size())), LLS_OK);
            weights[i].update(step);
        }
        ASSERT_EQ(lls_tape_close(tape), LLS_OK);
    }
    EXPECT_LT(loss, 0.01f);
}
