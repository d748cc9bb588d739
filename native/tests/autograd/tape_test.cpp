// The tape itself: how gradients of several paths meet, what is kept, what is refused, and that it gives its memory back whatever happens.
#include <cmath>
#include <cstring>

#include "engine/autograd/operations.h"
#include "engine/autograd/tape.h"
#include "tape_of_test.h"

namespace {

using Floats = std::vector<float>;
using llmsys::Tape;
namespace operations = llmsys::operations;

int64_t liveBytes() {
    lls_memory_stats stats{};
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    return stats.live_bytes;
}

int64_t allocationsOf(const char* owner) {
    int32_t count = 0;
    EXPECT_EQ(lls_memory_owners(&count), LLS_OK);
    for (int32_t i = 0; i < count; i++) {
        char name[64];
        lls_memory_stats stats{};
        EXPECT_EQ(lls_memory_owner(i, name, sizeof name, &stats), LLS_OK);
        if (std::strcmp(name, owner) == 0) {
            return stats.allocations;
        }
    }
    return 0;
}

}  // namespace

TEST(Tape, AddsWhatArrivesOnSeveralPaths) {
    // y = x * x + 3 x + x at 2: slope 2 * 2 + 4
    TapeOfTest tape;
    int32_t x = tape.tensor({2}, {1});
    int32_t y = tape.apply("add", {tape.apply("add", {tape.apply("multiply", {x, x}), tape.apply("scale", {x}, {}, {3})}), x});
    tape.backward(y);
    EXPECT_EQ(tape.value(y), Floats{12});
    EXPECT_EQ(tape.gradient(x), Floats{8});
}

TEST(Tape, SharedGradientsAreNotChangedByWhoGetsMore) {
    // z = a + b; loss = sum(z) + sum(a * a): the gradient that a and b share at first is a's and b's own in the end
    TapeOfTest tape;
    int32_t a = tape.tensor({1, 2}, {2}), b = tape.tensor({5, 7}, {2});
    int32_t squares = tape.apply("sum", {tape.apply("multiply", {a, a})});
    int32_t loss = tape.apply("add", {squares, tape.apply("sum", {tape.apply("add", {a, b})})});
    tape.backward(loss);
    EXPECT_EQ(tape.gradient(a), (Floats{3, 5}));
    EXPECT_EQ(tape.gradient(b), (Floats{1, 1}));
}

TEST(Tape, SecondBackwardAddsToTheFirst) {
    TapeOfTest tape;
    int32_t x = tape.tensor({3, 4}, {2});
    int32_t loss = tape.apply("sum", {tape.apply("multiply", {x, x})});
    tape.backward(loss);
    EXPECT_EQ(tape.gradient(x), (Floats{6, 8}));
    tape.backward(loss);
    EXPECT_EQ(tape.gradient(x), (Floats{12, 16}));
    int32_t other = tape.apply("sum", {x});
    tape.backward(other);
    EXPECT_EQ(tape.gradient(x), (Floats{13, 17}));
}

TEST(Tape, BeginsAtZeroWhenGradientsAreForgotten) {
    TapeOfTest tape;
    int32_t x = tape.tensor({3, 4}, {2});
    int32_t loss = tape.apply("sum", {tape.apply("multiply", {x, x})});
    tape.backward(loss);
    ASSERT_EQ(lls_tape_zero_gradients(tape.handle()), LLS_OK);
    float slope[2];
    EXPECT_EQ(lls_tape_gradient(tape.handle(), x, slope, 2), LLS_STATE);
    tape.backward(loss);
    EXPECT_EQ(tape.gradient(x), (Floats{6, 8}));
    EXPECT_EQ(tape.value(loss), Floats{25});
    EXPECT_EQ(lls_tape_zero_gradients(0), LLS_INVALID);
}

TEST(Tape, BackwardFromATensorOfOneElementIsOne) {
    TapeOfTest tape;
    int32_t x = tape.tensor({3}, {});
    tape.backward(x);
    tape.backward(x);
    EXPECT_EQ(tape.gradient(x), Floats{2});
}

TEST(Tape, NullDataIsZeros) {
    TapeOfTest tape;
    int64_t extents[] = {3};
    int32_t x = -1;
    ASSERT_EQ(lls_tape_tensor(tape.handle(), nullptr, extents, 1, 0, &x), LLS_OK);
    EXPECT_EQ(tape.value(x), (Floats{0, 0, 0}));
}

TEST(Tape, RefusalsNameOperationAndShapes) {
    TapeOfTest tape;
    int32_t a = tape.tensor(Floats(6), {2, 3}), b = tape.tensor(Floats(20), {4, 5});
    for (const char* operation : {"matmul", "add", "subtract", "multiply", "divide", "mse", "linear"}) {
        std::string text = tape.refusal(LLS_SHAPE, operation, {a, b});
        EXPECT_NE(text.find(operation), std::string::npos) << text;
        EXPECT_NE(text.find("(2,3)"), std::string::npos) << text;
        EXPECT_NE(text.find("(4,5)"), std::string::npos) << text;
    }
    EXPECT_NE(tape.refusal(LLS_SHAPE, "layernorm", {a, b}, {}, {1e-5}).find("(2,3)"), std::string::npos);
    EXPECT_NE(tape.refusal(LLS_SHAPE, "reshape", {a}, {4, 2}).find("(4,2)"), std::string::npos);
    tape.refusal(LLS_SHAPE, "transpose", {a}, {0, 0});
    tape.refusal(LLS_SHAPE, "transpose", {a}, {0});
    tape.refusal(LLS_SHAPE, "cross-entropy", {a}, {0});
    tape.refusal(LLS_SHAPE, "attention", {a, a, a}, {0});
    tape.refusal(LLS_SHAPE, "rope", {a}, {0, 0}, {10000});
    tape.refusal(LLS_SHAPE, "self-attention", {a}, {1, 1});
    tape.refusal(LLS_SHAPE, "sum", {a}, {2});
}

TEST(Tape, RefusesSettingsThatAreNotTheOperations) {
    TapeOfTest tape;
    int32_t a = tape.tensor(Floats(6), {2, 3});
    tape.refusal(LLS_NOT_FOUND, "convolution", {a});
    tape.refusal(LLS_INVALID, "add", {a});
    tape.refusal(LLS_INVALID, "add", {a, a, a});
    tape.refusal(LLS_INVALID, "add", {a, a}, {1});
    tape.refusal(LLS_INVALID, "scale", {a});
    tape.refusal(LLS_INVALID, "scale", {a}, {}, {NAN});
    tape.refusal(LLS_INVALID, "layernorm", {a, a}, {}, {-1});
    tape.refusal(LLS_INVALID, "embedding", {a}, {2});
    tape.refusal(LLS_INVALID, "embedding", {a}, {-1});
    tape.refusal(LLS_INVALID, "embedding", {a}, {int64_t{1} << 32});
    tape.refusal(LLS_INVALID, "cross-entropy", {a}, {0, 3});
    tape.refusal(LLS_INVALID, "cross-entropy", {a}, {0, -2});
    tape.refusal(LLS_INVALID, "attention", {a, a, a}, {2});
    tape.refusal(LLS_INVALID, "rope", {a}, {0, 0}, {0});
    tape.refusal(LLS_INVALID, "relu", {a + 1});
    tape.refusal(LLS_INVALID, "relu", {-1});
    tape.refusal(LLS_INVALID, "reshape", {a}, {2, -3});
    tape.refusal(LLS_INVALID, "reshape", {a}, {1, 1, 1, 2, 3});
    tape.refusal(LLS_SHAPE, "reshape", {a}, {INT64_MAX, 2});
}

TEST(Tape, RefusesWhatIsNoTensor) {
    TapeOfTest tape;
    int32_t x = -1;
    int64_t negative[] = {-1}, huge[] = {INT64_MAX / 2, INT64_MAX / 2}, fine[] = {1, 1, 1, 1, 1};
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, negative, 1, 0, &x), LLS_INVALID);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, huge, 2, 0, &x), LLS_SHAPE);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, huge, 1, 0, &x), LLS_SHAPE);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, fine, 5, 0, &x), LLS_INVALID);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, fine, -1, 0, &x), LLS_INVALID);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, nullptr, 1, 0, &x), LLS_INVALID);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, fine, 1, 7, &x), LLS_INVALID);
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, fine, 1, 0, nullptr), LLS_INVALID);
    EXPECT_EQ(lls_tape_tensor(999999, nullptr, fine, 1, 0, &x), LLS_INVALID);
    int64_t many[] = {int64_t{1} << 50};
    lls_memory_limit(liveBytes() + (1 << 20));
    EXPECT_EQ(lls_tape_tensor(tape.handle(), nullptr, many, 1, 0, &x), LLS_OUT_OF_MEMORY);
    lls_memory_limit(0);
}

TEST(Tape, SaysWhyThereIsNoGradient) {
    TapeOfTest tape;
    int32_t x = tape.tensor({1, 2}, {2}), constant = tape.tensor({1}, {1}, false), y = tape.apply("sum", {x});
    float data[2];
    EXPECT_EQ(lls_tape_gradient(tape.handle(), x, data, 2), LLS_STATE);
    EXPECT_EQ(lls_tape_backward(tape.handle(), x), LLS_SHAPE);
    EXPECT_EQ(lls_tape_backward(tape.handle(), constant), LLS_STATE);
    EXPECT_EQ(lls_tape_backward(tape.handle(), 77), LLS_INVALID);
    tape.backward(y);
    EXPECT_EQ(lls_tape_gradient(tape.handle(), x, data, 2), LLS_OK);
    EXPECT_EQ(lls_tape_gradient(tape.handle(), x, data, 1), LLS_SHAPE);
    EXPECT_EQ(lls_tape_gradient(tape.handle(), x, nullptr, 2), LLS_INVALID);
    EXPECT_EQ(lls_tape_gradient(tape.handle(), constant, data, 1), LLS_STATE);
    EXPECT_EQ(lls_tape_gradient(tape.handle(), y, data, 1), LLS_STATE);
}

TEST(Tape, ClosedHandlesAreRefused) {
    lls_handle tape = 0;
    ASSERT_EQ(lls_tape_open(&tape), LLS_OK);
    EXPECT_EQ(lls_tape_close(tape), LLS_OK);
    EXPECT_EQ(lls_tape_close(tape), LLS_INVALID);
    EXPECT_EQ(lls_tape_backward(tape, 0), LLS_INVALID);
    EXPECT_EQ(lls_tape_close(0), LLS_OK);
    EXPECT_EQ(lls_tape_open(nullptr), LLS_INVALID);
}

TEST(Tape, StepsAfterTheFirstAllocateNothing) {
    Tape tape;
    Floats weight(12, 0.5f), gradient(12);
    int32_t w = tape.parameter(weight.data(), gradient.data(), llmsys::Shape::of({3, 4}));
    int64_t after = 0;
    for (int step = 0; step < 5; step++) {
        tape.restart(1);
        Floats data{1, 2, 3, 4, 5, 6};
        int32_t x = tape.tensor(data.data(), llmsys::Shape::of({2, 3}), false);
        int32_t y = tape.apply(operations::activation("gelu"), {tape.apply(operations::linear(), {x, w})});
        tape.backward(tape.apply(operations::reduction(operations::Reduction::MEAN, {}), {y}), Tape::Afterwards::GIVE_BACK);
        EXPECT_GT(gradient[0], 0);
        after = step == 0 ? allocationsOf("tape") : after;
    }
    EXPECT_EQ(allocationsOf("tape"), after);
}

TEST(Tape, ParametersGetTheSameGradientEachStep) {
    // written, not added: a step begins without what the last one left
    Tape tape;
    float weight = 3, gradient = 99;
    int32_t w = tape.parameter(&weight, &gradient, llmsys::Shape::of({1}));
    for (int step = 0; step < 3; step++) {
        tape.restart(1);
        int32_t square = tape.apply(operations::arithmetic(operations::Arithmetic::MULTIPLY), {w, w});
        tape.backward(tape.apply(operations::arithmetic(operations::Arithmetic::ADD), {square, w}), Tape::Afterwards::GIVE_BACK);
        EXPECT_EQ(gradient, 7);
    }
}

TEST(Tape, WhatWasGivenBackIsRefused) {
    Tape tape;
    float weight = 3, gradient = 0;
    int32_t w = tape.parameter(&weight, &gradient, llmsys::Shape::of({1}));
    int32_t y = tape.apply(operations::scale(2), {w});
    tape.backward(tape.apply(operations::scale(2), {y}), Tape::Afterwards::GIVE_BACK);
    EXPECT_EQ(gradient, 4);
    EXPECT_THROW(tape.value(y), llmsys::Error);
    EXPECT_THROW(tape.apply(operations::scale(2), {y}), llmsys::Error);
}

TEST(Tape, AnAllocationThatFailsIsAnErrorAndNothingLeaks) {
    const int64_t before = liveBytes();
    int failures = 0;
    for (int64_t n = 1; n <= 500; n++) {
        lls_handle tape = 0;
        ASSERT_EQ(lls_memory_fail_at(n), LLS_OK);
        lls_status worst = lls_tape_open(&tape);
        int64_t shape[] = {2, 6, 12};
        int32_t x = -1, y = -1, loss = -1;
        auto run = [&](lls_status status) {
            worst = worst == LLS_OK ? status : worst;
            return worst == LLS_OK;
        };
        int64_t settings[] = {2, 1};
        if (run(lls_tape_tensor(tape, nullptr, shape, 3, 1, &x)) && run(lls_tape_apply(tape, "self-attention", &x, 1, settings, 2, nullptr, 0, &y)) &&
            run(lls_tape_apply(tape, "softmax", &y, 1, nullptr, 0, nullptr, 0, &y)) &&
            run(lls_tape_apply(tape, "mean", &y, 1, nullptr, 0, nullptr, 0, &loss))) {
            run(lls_tape_backward(tape, loss));
        }
        lls_memory_fail_at(0);
        EXPECT_TRUE(worst == LLS_OK || worst == LLS_OUT_OF_MEMORY) << lls_last_error();
        failures += worst == LLS_OUT_OF_MEMORY;
        EXPECT_EQ(lls_tape_close(tape), LLS_OK);
        ASSERT_EQ(liveBytes(), before) << "after allocation " << n;
    }
    EXPECT_GT(failures, 5);
}
