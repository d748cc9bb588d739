// Every operation: its value is what its definition gives in double, and its gradients are the slopes of that definition, by central differences. The
// loss is a sum of the results with random weights, so that a gradient in a wrong place shows.
#include <cmath>

#include "doubles.h"
#include "tape_of_test.h"

namespace {

struct Case {
    std::string operation;
    std::vector<std::vector<int64_t>> shapes;
    Reference reference;
    std::vector<int64_t> integers = {};
    std::vector<double> numbers = {};
    double from = -1.5, to = 1.5;
};

Doubles sample(const std::vector<int64_t>& shape, std::mt19937& random, double from, double to) {
    Doubles x(shape);
    std::uniform_real_distribution<double> draw(from, to);
    for (double& each : x.data) {
        each = static_cast<float>(draw(random));
        each = std::fabs(each) < 0.01 ? 0.25 : each;                        // off the bend of relu
    }
    return x;
}

std::vector<float> floats(const Doubles& x) { return {x.data.begin(), x.data.end()}; }

double weighted(const Doubles& y, const Doubles& weights) {
    double sum = 0;
    for (int64_t i = 0; i < y.size(); i++) {
        sum += y[i] * weights[i];
    }
    return sum;
}

void check(const Case& given) {
    std::string title = given.operation;
    for (const auto& shape : given.shapes) {
        title += " " + ::testing::PrintToString(shape);
    }
    SCOPED_TRACE(title);
    std::mt19937 random(static_cast<unsigned>(std::hash<std::string>()(title)));
    Inputs inputs;
    for (const auto& shape : given.shapes) {
        inputs.push_back(sample(shape, random, given.from, given.to));
    }
    const Doubles expected = given.reference(inputs);
    const Doubles weights = sample(expected.shape, random, -1, 1);

    TapeOfTest tape;
    std::vector<int32_t> variables;
    for (const Doubles& input : inputs) {
        variables.push_back(tape.tensor(floats(input), input.shape));
    }
    int32_t result = tape.apply(given.operation, variables, given.integers, given.numbers);
    int32_t loss = tape.apply("sum", {tape.apply("multiply", {result, tape.tensor(floats(weights), weights.shape, false)})});
    ASSERT_EQ(tape.shape(result), expected.shape);
    std::vector<float> value = tape.value(result);
    for (int64_t i = 0; i < expected.size(); i++) {
        ASSERT_NEAR(value[static_cast<size_t>(i)], expected[i], 2e-5 * (1 + std::fabs(expected[i]))) << "value " << i;
    }
    tape.backward(loss);
    constexpr double STEP = 1e-5;
    for (size_t which = 0; which < inputs.size(); which++) {
        std::vector<float> gradient = tape.gradient(variables[which]);
        for (int64_t i = 0; i < inputs[which].size(); i++) {
            Inputs moved = inputs;
            moved[which][i] = inputs[which][i] + STEP;
            const double above = weighted(given.reference(moved), weights);
            moved[which][i] = inputs[which][i] - STEP;
            const double slope = (above - weighted(given.reference(moved), weights)) / (2 * STEP);
            ASSERT_NEAR(gradient[static_cast<size_t>(i)], slope, 1e-4 * (1 + std::fabs(slope))) << "gradient of input " << which << ", element " << i;
        }
    }
}

double normal(double x) { return 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

const std::vector<std::vector<std::vector<int64_t>>> PAIRS = {
    {{}, {}},          {{13}, {13}},          {{2, 3}, {3}},       {{3}, {2, 3}},          {{13, 1}, {1, 13}}, {{2, 1, 5}, {4, 1}},
        {{2, 3, 1, 2}, {3, 4, 1}},
    {{1, 1}, {1}},     {{0, 4}, {4}},         {{0}, {1}},          {{207}, {}},            {{2, 207}, {207}},  {{13, 3}, {13, 1}},
        {{5, 70}, {5, 70}},
};

}  // namespace

TEST(Gradient, OfArithmeticThatRepeatsOperands) {
    for (const auto& shapes : PAIRS) {
        check({"add", shapes, pairs([](double a, double b) { return a + b; })});
        check({"subtract", shapes, pairs([](double a, double b) { return a - b; })});
        check({"multiply", shapes, pairs([](double a, double b) { return a * b; })});
        check({"divide", shapes, pairs([](double a, double b) { return a / b; }), {}, {}, 0.5, 2});
    }
}

TEST(Gradient, OfPowers) {
    for (const auto& shapes : PAIRS) {
        check({"power", shapes, pairs([](double a, double b) { return std::pow(a, b); }), {}, {}, 0.5, 2});
    }
}

TEST(Gradient, OfExpLogSqrtAndAbs) {
    for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {0, 3}, {1}, {13}, {207}}) {
        check({"exp", {shape}, each([](double x) { return std::exp(x); })});
        check({"log", {shape}, each([](double x) { return std::log(x); }), {}, {}, 0.5, 3});
        check({"sqrt", {shape}, each([](double x) { return std::sqrt(x); }), {}, {}, 0.5, 3});
        check({"abs", {shape}, each([](double x) { return std::fabs(x); })});
    }
}

TEST(Gradient, OfTheLargest) {
    check({"max", {{}}, largestOf({})});
    check({"max", {{207}}, largestOf({})});
    check({"max", {{3, 5}}, largestOf({0}), {0}});
    check({"max", {{3, 5}}, largestOf({1}), {-1}});
    check({"max", {{2, 3, 4}}, largestOf({0, 2}), {2, 0}});
    check({"max", {{0, 3}}, largestOf({1}), {1}});
}

// Of equal elements each gets its share.
TEST(Gradient, OfSeveralThatAreTheLargest) {
    TapeOfTest tape;
    int32_t x = tape.tensor({1, 3, 3, 2, 3, 0}, {6});
    tape.backward(tape.apply("max", {x}));
    EXPECT_EQ(tape.gradient(x), (std::vector<float>{0, 1 / 3.0f, 1 / 3.0f, 0, 1 / 3.0f, 0}));
}

TEST(Gradient, OfPowersAtZero) {
    TapeOfTest tape;
    int32_t a = tape.tensor({0, 0, 2}, {3}), b = tape.tensor({0, 2, 0}, {3});
    int32_t z = tape.apply("power", {a, b});
    EXPECT_EQ(tape.value(z), (std::vector<float>{1, 0, 1}));
    tape.backward(tape.apply("sum", {z}));
    EXPECT_EQ(tape.gradient(a), (std::vector<float>{0, 0, 0}));
    EXPECT_EQ(tape.gradient(b), (std::vector<float>{0, 0, std::log(2.0f)}));
}

TEST(Gradient, OfSlices) {
    check({"slice", {{}}, cutOf({}), {}});
    check({"slice", {{13}}, cutOf({2, 4, 3}), {2, 4, 3}});
    check({"slice", {{13}}, cutOf({12, 13, -1}), {12, 13, -1}});
    check({"slice", {{5}}, cutOf({0, 0, 1}), {0, 0, 1}});
    check({"slice", {{0, 3}}, cutOf({0, 0, 1, 1, 2, 1}), {0, 0, 1, 1, 2, 1}});
    check({"slice", {{2, 3, 4, 5}}, cutOf({1, 1, 1, 0, 2, 2, 3, 2, -3, 0, 5, 1}), {1, 1, 1, 0, 2, 2, 3, 2, -3, 0, 5, 1}});
}

TEST(Gradient, OfConcatenation) {
    check({"concatenate", {{3}}, joinedOf(0), {0}});
    check({"concatenate", {{3}, {0}, {2}}, joinedOf(0), {0}});
    check({"concatenate", {{2, 3}, {1, 3}, {4, 3}, {13, 3}}, joinedOf(0), {0}});
    check({"concatenate", {{2, 3, 2}, {2, 1, 2}}, joinedOf(1), {1}});
    check({"concatenate", {{2, 0, 1}, {2, 0, 3}}, joinedOf(2), {2}});
}

// One tensor in two places of a result gets both gradients.
TEST(Gradient, OfATensorThatIsJoinedToItself) {
    TapeOfTest tape;
    int32_t x = tape.tensor({1, 2}, {2});
    int32_t twice = tape.apply("concatenate", {x, x}, {0});
    tape.backward(tape.apply("sum", {tape.apply("multiply", {twice, tape.tensor({1, 2, 3, 4}, {4}, false)})}));
    EXPECT_EQ(tape.gradient(x), (std::vector<float>{4, 6}));
}

TEST(Gradient, OfScaleSumAndMean) {
    for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {0}, {1}, {13}, {2, 0, 3}, {3, 207}}) {
        check({"scale", {shape}, each([](double x) { return -2.5 * x; }), {}, {-2.5}});
        check({"sum", {shape}, total(false)});
        check({"mean", {shape}, total(true)});
    }
}

TEST(Gradient, OfSumsOfSomeAxes) {
    check({"sum", {{2, 3, 4}}, [](const Inputs& in) {
               Doubles out({2, 4});
               for (int64_t i = 0; i < 24; i++) {
                   out[i / 12 * 4 + i % 4] += in[0][i];
               }
               return out;
           }, {1}});
    check({"mean", {{3, 5}}, [](const Inputs& in) {
               Doubles out({5});
               for (int64_t i = 0; i < 15; i++) {
                   out[i % 5] += in[0][i] / 3;
               }
               return out;
           }, {-2}});
}

TEST(Gradient, OfActivations) {
    for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {0, 3}, {1}, {13}, {207}}) {
        check({"relu", {shape}, each([](double x) { return x > 0 ? x : 0; })});
        check({"gelu", {shape}, each([](double x) { return x * normal(x); })});
        check({"gelu-tanh", {shape}, each([](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); })});
        check({"silu", {shape}, each([](double x) { return x * sigmoid(x); })});
        check({"sigmoid", {shape}, each(sigmoid)});
        check({"tanh", {shape}, each([](double x) { return std::tanh(x); })});
    }
}

TEST(Gradient, OfSoftmaxes) {
    for (std::vector<int64_t> shape : {std::vector<int64_t>{1}, {13}, {0, 5}, {3, 1}, {2, 3, 17}}) {
        check({"softmax", {shape}, softmaxOf(false)});
        check({"log-softmax", {shape}, softmaxOf(true)});
    }
}

TEST(Gradient, OfNorms) {
    for (std::vector<int64_t> shape : {std::vector<int64_t>{13}, {0, 5}, {3, 2}, {2, 3, 33}}) {
        check({"layernorm", {shape, {shape.back()}, {shape.back()}}, normOf(true, 1e-2), {}, {1e-2}});
        check({"layernorm", {shape, {shape.back()}}, normOf(true, 1e-2), {}, {1e-2}});
        check({"rmsnorm", {shape, {shape.back()}}, normOf(false, 1e-2), {}, {1e-2}});
    }
}

TEST(Gradient, OfProducts) {
    const std::vector<std::vector<std::vector<int64_t>>> shapes = {
        {{2, 3}, {3, 4}}, {{13}, {13}},          {{3}, {3, 2}},          {{2, 3}, {3}},          {{1, 1}, {1, 1}},       {{0, 3}, {3, 2}},
        {{2, 0}, {0, 3}}, {{2, 3}, {3, 0}},      {{5, 2, 3}, {3, 4}},    {{2, 2, 3}, {2, 3, 4}}, {{2, 1, 2, 3}, {3, 3, 2}}, {{2, 3}, {4, 3, 2}},
        {{13, 13}, {13, 13}}, {{2, 3, 2, 2}, {2}}, {{0, 2, 3}, {1, 3, 2}}, {{0, 2, 3}, {3, 2}},
    };
    for (const auto& pair : shapes) {
        check({"matmul", pair, product});
    }
}

TEST(Gradient, OfLinear) {
    check({"linear", {{2, 3}, {3, 4}, {4}}, linearOf});
    check({"linear", {{2, 2, 13}, {13, 70}, {70}}, linearOf});
    check({"linear", {{5}, {5, 2}}, linearOf});
    check({"linear", {{0, 3}, {3, 2}, {2}}, linearOf});
    check({"linear", {{2, 0}, {0, 2}, {2}}, linearOf});
}

TEST(Gradient, OfEmbedding) {
    check({"embedding", {{5, 3}}, rowsOf({4, 0, 4, 2}), {4, 0, 4, 2}});
    check({"embedding", {{1, 13}}, rowsOf({0}), {0}});
    check({"embedding", {{2, 3}}, rowsOf({}), {}});
}

TEST(Gradient, OfLosses) {
    check({"cross-entropy", {{4, 13}}, surprise({0, 12, -1, 5}), {0, 12, -1, 5}});
    check({"cross-entropy", {{2, 2, 3}}, surprise({0, 1, 2, 0}), {0, 1, 2, 0}});
    check({"cross-entropy", {{2, 3}}, surprise({-1, -1}), {-1, -1}});
    check({"cross-entropy", {{3}}, surprise({1}), {1}});
    for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {13}, {2, 3}, {3, 1, 2}}) {
        check({"mse", {shape, shape}, squares});
    }
}

TEST(Gradient, OfViews) {
    check({"reshape", {{2, 6}}, shaped({3, 1, 4}), {3, 1, 4}});
    check({"reshape", {{1}}, shaped({}), {}});
    check({"reshape", {{0, 3}}, shaped({3, 0, 2}), {3, 0, 2}});
    check({"transpose", {{2, 3}}, turned({1, 0}), {1, 0}});
    check({"transpose", {{2, 3, 4, 5}}, turned({2, 0, 3, 1}), {2, 0, 3, 1}});
    check({"transpose", {{13}}, turned({0}), {0}});
    check({"transpose", {{}}, turned({}), {}});
    check({"transpose", {{0, 2, 3}}, turned({2, 0, 1}), {2, 0, 1}});
}

TEST(Gradient, OfAttention) {
    for (bool causal : {false, true}) {
        check({"attention", {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}, attended(causal), {causal}});
        check({"attention", {{2, 4, 3, 5}, {2, 2, 3, 5}, {2, 2, 3, 5}}, attended(causal), {causal}});
        check({"attention", {{1, 2, 3, 4}, {1, 1, 13, 4}, {1, 1, 13, 4}}, attended(causal), {causal}});
        check({"attention", {{0, 2, 3, 4}, {0, 2, 3, 4}, {0, 2, 3, 4}}, attended(causal), {causal}});
        check({"self-attention", {{2, 6, 12}}, selfAttended(2, causal), {2, causal}});
        check({"self-attention", {{1, 13, 9}}, selfAttended(1, causal), {1, causal}});
    }
}

TEST(Gradient, OfRotaryPositions) {
    for (bool interleaved : {false, true}) {
        check({"rope", {{1, 2, 3, 4}}, turnedPairs(0, interleaved, 10000), {0, interleaved}, {10000}});
        check({"rope", {{2, 1, 13, 6}}, turnedPairs(5, interleaved, 100), {5, interleaved}, {100}});
        check({"rope", {{1, 1, 0, 2}}, turnedPairs(5, interleaved, 100), {5, interleaved}, {100}});
    }
}
