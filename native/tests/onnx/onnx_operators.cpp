#include "tests/onnx/onnx_operators.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/autograd/tape_of_test.h"

namespace {

using Integers = std::vector<int64_t>;

int64_t product(const Integers& extents, size_t from, size_t end) {
    return std::accumulate(extents.begin() + static_cast<int64_t>(from), extents.begin() + static_cast<int64_t>(end), int64_t{1},
                           std::multiplies<>());
}
int64_t product(const Integers& extents) { return product(extents, 0, extents.size()); }
int64_t axisOf(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

int32_t tensor(TapeOfTest& tape, const Numbers& x) { return tape.tensor(x.floats(), x.shape, false); }
// With axes put together: a tape's tensors have at most four.
int32_t shaped(TapeOfTest& tape, const Numbers& x, const Integers& shape) { return tape.tensor(x.floats(), shape, false); }
Found result(TapeOfTest& tape, int32_t variable) { return {tape.shape(variable), tape.value(variable)}; }

OnnxOperator two(const char* operation) {
    return [operation](const OnnxCase& given) {
        TapeOfTest tape;
        return std::vector<Found>{result(tape, tape.apply(operation, {tensor(tape, given.input(0)), tensor(tape, given.input(1))}))};
    };
}
OnnxOperator one(const char* operation) {
    return [operation](const OnnxCase& given) {
        TapeOfTest tape;
        return std::vector<Found>{result(tape, tape.apply(operation, {tensor(tape, given.input(0))}))};
    };
}

std::vector<Found> gelu(const OnnxCase& given) { return one(given.text("approximate", "none") == "tanh" ? "gelu-tanh" : "gelu")(given); }

// x sigmoid(alpha x)
std::vector<Found> swish(const OnnxCase& given) {
    TapeOfTest tape;
    int32_t x = tensor(tape, given.input(0));
    return {result(tape, tape.apply("multiply", {x, tape.apply("sigmoid", {tape.apply("scale", {x}, {}, {given.number("alpha", 1)})})}))};
}

// alpha A B + beta C
std::vector<Found> gemm(const OnnxCase& given) {
    TapeOfTest tape;
    int32_t a = tensor(tape, given.input(0)), b = tensor(tape, given.input(1));
    a = given.integer("transA", 0) != 0 ? tape.apply("transpose", {a}, {1, 0}) : a;
    b = given.integer("transB", 0) != 0 ? tape.apply("transpose", {b}, {1, 0}) : b;
    int32_t y = tape.apply("scale", {tape.apply("matmul", {a, b})}, {}, {given.number("alpha", 1)});
    if (given.has(2)) {
        y = tape.apply("add", {y, tape.apply("scale", {tensor(tape, given.input(2))}, {}, {given.number("beta", 1)})});
    }
    return {result(tape, y)};
}

std::vector<Found> transpose(const OnnxCase& given) {
    TapeOfTest tape;
    Integers axes = given.integers("perm");
    if (axes.empty()) {
        for (int64_t axis = given.input(0).rank() - 1; axis >= 0; axis--) {
            axes.push_back(axis);
        }
    }
    return {result(tape, tape.apply("transpose", {tensor(tape, given.input(0))}, axes))};
}

// Along any axis: (before, axis, behind) with the axis put last, and back. Before version 13 all axes from it on were one.
OnnxOperator softmax(const char* operation) {
    return [operation](const OnnxCase& given) {
        TapeOfTest tape;
        const Numbers& x = given.input(0);
        const bool joined = given.opset() < 13;
        auto axis = static_cast<size_t>(axisOf(given.integer("axis", joined ? 1 : -1), x.rank()));
        int64_t before = product(x.shape, 0, axis), behind = joined ? 1 : product(x.shape, axis + 1, x.shape.size());
        int64_t along = joined ? product(x.shape, axis, x.shape.size()) : x.shape[axis];
        int32_t rows = tape.apply("transpose", {shaped(tape, x, {before, along, behind})}, {0, 2, 1});
        int32_t y = tape.apply("transpose", {tape.apply(operation, {rows})}, {0, 2, 1});
        return std::vector<Found>{{x.shape, tape.value(y)}};
    };
}

OnnxOperator reduction(const char* operation, bool squares) {
    return [operation, squares](const OnnxCase& given) {
        TapeOfTest tape;
        const Numbers& x = given.input(0);
        Integers axes = given.has(1) ? given.input(1).integers() : given.integers("axes");
        int32_t variable = tensor(tape, x);
        variable = squares ? tape.apply("multiply", {variable, variable}) : variable;
        if (axes.empty() && given.integer("noop_with_empty_axes", 0) != 0) {
            return std::vector<Found>{result(tape, variable)};
        }
        Integers kept;
        for (int64_t axis = 0; axis < x.rank(); axis++) {
            bool goes = axes.empty() || std::any_of(axes.begin(), axes.end(), [&](int64_t a) { return axisOf(a, x.rank()) == axis; });
            if (!goes || given.integer("keepdims", 1) != 0) {
                kept.push_back(goes ? 1 : x.shape[static_cast<size_t>(axis)]);
            }
        }
        return std::vector<Found>{{kept, tape.value(tape.apply(operation, {variable}, axes))}};
    };
}

std::vector<Found> expand(const OnnxCase& given) {
    TapeOfTest tape;
    Integers shape = given.input(1).integers();
    int32_t ones = tape.tensor(std::vector<float>(static_cast<size_t>(product(shape)), 1.0f), shape, false);
    return {result(tape, tape.apply("multiply", {tensor(tape, given.input(0)), ones}))};
}

// Rows of a table whose first axis is the one that is gathered from.
std::vector<Found> gather(const OnnxCase& given) {
    TapeOfTest tape;
    const Numbers &x = given.input(0), &indices = given.input(1);
    auto axis = static_cast<size_t>(axisOf(given.integer("axis", 0), x.rank()));
    int64_t before = product(x.shape, 0, axis), along = x.shape[axis], behind = product(x.shape, axis + 1, x.shape.size());
    Integers ids = indices.integers();
    for (int64_t& id : ids) {
        id = axisOf(id, along);
    }
    const int64_t count = indices.size();
    int32_t table = tape.apply("transpose", {shaped(tape, x, {before, along, behind})}, {1, 0, 2});
    int32_t rows = tape.apply("embedding", {tape.apply("reshape", {table}, {along, before * behind})}, ids);
    int32_t y = tape.apply("transpose", {tape.apply("reshape", {rows}, {count, before, behind})}, {1, 0, 2});
    Integers shape(x.shape.begin(), x.shape.begin() + static_cast<int64_t>(axis));
    shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
    shape.insert(shape.end(), x.shape.begin() + static_cast<int64_t>(axis) + 1, x.shape.end());
    return {{shape, tape.value(y)}};
}

// All axes from `axis` on are one row. Outputs y, mean, 1/deviation.
std::vector<Found> layerNorm(const OnnxCase& given) {
    const Numbers& x = given.input(0);
    auto axis = static_cast<size_t>(axisOf(given.integer("axis", -1), x.rank()));
    const int64_t rows = product(x.shape, 0, axis), columns = product(x.shape, axis, x.shape.size());
    std::vector<float> from = x.floats(), gamma = given.input(1).floats(), beta = given.has(2) ? given.input(2).floats() : std::vector<float>();
    std::vector<float> y(from.size()), saved(static_cast<size_t>(2 * rows)), mean, inverse;
    EXPECT_EQ(lls_normalization("layernorm", nullptr, from.data(), gamma.data(), beta.empty() ? nullptr : beta.data(),
                                static_cast<float>(given.number("epsilon", 1e-5)), y.data(), saved.data(), rows, columns),
              LLS_OK)
        << lls_last_error();
    for (size_t r = 0; r < static_cast<size_t>(rows); r++) {
        mean.push_back(saved[2 * r]);
        inverse.push_back(saved[2 * r + 1]);
    }
    Integers shape = x.shape;
    std::fill(shape.begin() + static_cast<int64_t>(axis), shape.end(), 1);
    return {{x.shape, y}, {shape, mean}, {shape, inverse}};
}

// Classes are on axis 1: (N,C,D) becomes rows (N D,C), from which one element each is taken, weighed, and added up.
std::vector<Found> classLoss(const OnnxCase& given, bool scores) {
    TapeOfTest tape;
    const Numbers& x = given.input(0);
    const int64_t n = x.shape[0], c = x.shape[1], d = product(x.shape, 2, x.shape.size()), rows = n * d;
    int32_t logs = tape.apply("transpose", {shaped(tape, x, {n, c, d})}, {0, 2, 1});
    logs = scores ? tape.apply("log-softmax", {logs}) : logs;
    Integers classes = given.input(1).integers(), places(static_cast<size_t>(rows));
    std::vector<float> weights(static_cast<size_t>(rows), 1.0f);
    for (size_t r = 0; r < places.size(); r++) {
        bool leftOut = given.hasAttribute("ignore_index") && classes[r] == given.integer("ignore_index", 0);
        weights[r] = leftOut ? 0.0f : given.has(2) ? static_cast<float>(given.input(2).data[static_cast<size_t>(classes[r])]) : 1.0f;
        places[r] = static_cast<int64_t>(r) * c + (leftOut ? 0 : classes[r]);
    }
    int32_t weight = tape.tensor(weights, {rows}, false);
    int32_t taken = tape.apply("reshape", {tape.apply("embedding", {tape.apply("reshape", {logs}, {rows * c, 1})}, places)}, {rows});
    int32_t losses = tape.apply("scale", {tape.apply("multiply", {taken, weight})}, {}, {-1});
    const std::string how = given.text("reduction", "mean");
    int32_t total = how == "none" ? losses : tape.apply("sum", {losses});
    total = how == "mean" ? tape.apply("divide", {total, tape.apply("sum", {weight})}) : total;
    Found loss{how == "none" ? given.input(1).shape : Integers{}, tape.value(total)};
    Found logarithms{x.shape, tape.value(tape.apply("transpose", {logs}, {0, 2, 1}))};
    return {loss, logarithms};
}

// R, T, then all weights, gradients, first and second moments. ONNX adds epsilon before the correction of the means, lls_optimizer after it.
std::vector<Found> adam(const OnnxCase& given) {
    const double rate = given.input(0).data[0], beta2 = given.number("beta", 0.999);
    const auto step = static_cast<int64_t>(given.input(1).data[0]);
    const double filled = step == 0 ? 1 : 1 - std::pow(beta2, static_cast<double>(step));
    const size_t weights = (given.inputs().size() - 2) / 4;
    std::vector<Found> found(3 * weights);
    for (size_t i = 0; i < weights; i++) {
        const Numbers &x = given.input(2 + i), &g = given.input(2 + weights + i);
        TapeOfTest tape;                                                 // g + norm_coefficient x
        int32_t decay = tape.apply("scale", {tensor(tape, x)}, {}, {given.number("norm_coefficient", 0)});
        std::vector<float> gradient = tape.value(tape.apply("add", {tensor(tape, g), decay}));
        for (size_t kind = 0; kind < 3; kind++) {
            const Numbers& before = given.input(2 + (kind == 0 ? 0 : kind + 1) * weights + i);
            found[kind * weights + i] = {before.shape, before.floats()};
        }
        float* memory[] = {found[weights + i].data.data(), found[2 * weights + i].data.data()};
        lls_optimizer_step how{step, rate, given.number("alpha", 0.9), beta2, given.number("epsilon", 0) / std::sqrt(filled), 0};
        EXPECT_EQ(lls_optimizer("adamw", nullptr, found[i].data.data(), gradient.data(), memory, x.size(), &how), LLS_OK) << lls_last_error();
        for (float& each : found[i].data) {
            each *= static_cast<float>(1 - given.number("norm_coefficient_post", 0));
        }
    }
    return found;
}

}  // namespace

const std::map<std::string, OnnxOperator>& onnxOperators() {
    static const std::map<std::string, OnnxOperator> all = {
        {"Add", two("add")}, {"Sub", two("subtract")}, {"Mul", two("multiply")}, {"Div", two("divide")}, {"MatMul", two("matmul")},
        {"Relu", one("relu")}, {"Sigmoid", one("sigmoid")}, {"Tanh", one("tanh")}, {"Gelu", gelu}, {"Swish", swish},
        {"Gemm", gemm}, {"Transpose", transpose}, {"Softmax", softmax("softmax")}, {"LogSoftmax", softmax("log-softmax")},
        {"ReduceSum", reduction("sum", false)}, {"ReduceMean", reduction("mean", false)}, {"ReduceSumSquare", reduction("sum", true)},
        {"Expand", expand}, {"Gather", gather}, {"LayerNormalization", layerNorm},
        {"NegativeLogLikelihoodLoss", [](const OnnxCase& given) { return std::vector<Found>{classLoss(given, false)[0]}; }},
        {"SoftmaxCrossEntropyLoss", [](const OnnxCase& given) { return classLoss(given, true); }}, {"Adam", adam},
    };
    return all;
}

const std::set<std::string>& onnxOperatorsOfOthers() {
    static const std::set<std::string> all = {"Exp",  "Sqrt",    "Erf",         "Momentum", "Conv", "MaxPool", "AveragePool", "BatchNormalization",
                                              "RNN", "LSTM", "GRU",
                                              "Abs",  "Adagrad", "And",         "ArgMax",   "ArgMin", "Cast", "Ceil", "Celu", "Clip", "Concat",
                                                  "Cos", "CumSum", "Dropout", "Elu",
                                              "Equal", "Flatten", "Floor", "GatherElements", "GlobalAveragePool", "GlobalMaxPool", "Greater",
                                                  "GreaterOrEqual", "GroupNormalization",
                                              "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LeakyRelu", "Less", "LessOrEqual",
                                                  "Log", "Max", "Mean", "Min", "Mish",
                                              "Neg", "Not", "Or", "PRelu", "Pow", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum",
                                                  "ReduceLogSumExp", "ReduceMax", "ReduceMin",
                                              "ReduceProd", "Reshape", "RMSNormalization", "Round", "Selu", "Shape", "Sign", "Sin", "Size", "Slice",
                                                  "Softplus", "Softsign", "Split",
                                              "Squeeze", "Sum", "ThresholdedRelu", "Tile", "Unsqueeze", "Where", "Xor"};
    return all;
}
