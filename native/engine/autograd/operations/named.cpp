// The operations by the names of llmsys.h, with their settings checked.
#include <cmath>

#include "engine/autograd/operations.h"

namespace llmsys::operations {

namespace {

constexpr const char* LIST = "matmul, linear, add, subtract, multiply, divide, power, scale, exp, log, sqrt, abs, sum, mean, max, relu, gelu, "
                             "gelu-tanh, silu, sigmoid, tanh, softmax, log-softmax, layernorm, rmsnorm, embedding, cross-entropy, mse, reshape, "
                             "transpose, slice, concatenate, attention, self-attention, rope";

class Given {
public:
    Given(const std::string& name, const Settings& settings) : name_(name), settings_(settings) {}

    // Throws unless there are as many.
    void counts(int64_t integers, int64_t numbers) const {
        if (settings_.integerCount != integers) {
            wrong(std::to_string(settings_.integerCount) + " integers", "it takes " + std::to_string(integers));
        }
        only(numbers);
    }
    void only(int64_t numbers) const {
        if (settings_.numberCount != numbers) {
            wrong(std::to_string(settings_.numberCount) + " numbers", "it takes " + std::to_string(numbers));
        }
    }
    double number(int64_t index) const {
        double value = settings_.numbers[index];
        if (!std::isfinite(value)) {
            wrong(std::to_string(value) + " for number " + std::to_string(index), "it must be finite");
        }
        return value;
    }
    bool flag(int64_t index) const {
        int64_t value = settings_.integers[index];
        if (value != 0 && value != 1) {
            wrong(std::to_string(value) + " for integer " + std::to_string(index), "it is 0 or 1");
        }
        return value == 1;
    }
    int64_t integer(int64_t index) const { return settings_.integers[index]; }
    double eps() const {
        double value = number(0);
        if (value < 0) {
            wrong("eps " + std::to_string(value), "it is not negative");
        }
        return value;
    }
    double theta() const {
        double value = number(0);
        if (value <= 0) {
            wrong("theta " + std::to_string(value), "it is above 0");
        }
        return value;
    }
    std::vector<int64_t> integers() const { return {settings_.integers, settings_.integers + settings_.integerCount}; }
    std::vector<int32_t> ids() const {
        std::vector<int32_t> ids(static_cast<size_t>(settings_.integerCount));
        for (size_t i = 0; i < ids.size(); i++) {
            int64_t id = settings_.integers[i];
            if (id < INT32_MIN || id > INT32_MAX) {
                wrong("the id " + std::to_string(id), "ids have 32 bits");
            }
            ids[i] = static_cast<int32_t>(id);
        }
        return ids;
    }

private:
    [[noreturn]] void wrong(const std::string& what, const std::string& why) const {
        throw Error(LLS_INVALID, name_ + " got " + what, why, "pass the settings that llmsys.h lists");
    }
    const std::string& name_;
    const Settings& settings_;
};

bool isActivation(const std::string& name) {
    return name == "relu" || name == "gelu" || name == "gelu-tanh" || name == "silu" || name == "sigmoid" || name == "tanh";
}

Made plain(const std::string& name) {
    if (name == "matmul") {
        return matmul();
    }
    if (name == "linear") {
        return linear();
    }
    if (name == "add") {
        return arithmetic(Arithmetic::ADD);
    }
    if (name == "subtract") {
        return arithmetic(Arithmetic::SUBTRACT);
    }
    if (name == "multiply") {
        return arithmetic(Arithmetic::MULTIPLY);
    }
    if (name == "divide") {
        return arithmetic(Arithmetic::DIVIDE);
    }
    if (name == "power") {
        return power();
    }
    if (name == "exp") {
        return unary(Unary::EXP);
    }
    if (name == "log") {
        return unary(Unary::LOG);
    }
    if (name == "sqrt") {
        return unary(Unary::SQRT);
    }
    if (name == "abs") {
        return unary(Unary::ABS);
    }
    if (name == "mse") {
        return meanSquaredError();
    }
    if (name == "softmax" || name == "log-softmax") {
        return softmax(name);
    }
    return isActivation(name) ? activation(name) : nullptr;
}

}  // namespace

Made named(const std::string& name, const Settings& settings) {
    Given given(name, settings);
    if (Made made = plain(name)) {
        given.counts(0, 0);
        return made;
    }
    if (name == "scale") {
        given.counts(0, 1);
        return scale(given.number(0));
    }
    if (name == "layernorm" || name == "rmsnorm") {
        given.counts(0, 1);
        return name == "layernorm" ? layerNorm(given.eps()) : rmsNorm(given.eps());
    }
    if (name == "attention") {
        given.counts(1, 0);
        return attention(given.flag(0));
    }
    if (name == "self-attention") {
        given.counts(2, 0);
        if (given.integer(0) < 1 || given.integer(0) > 1 << 16) {
            throw Error(LLS_INVALID, "self-attention got " + std::to_string(given.integer(0)) + " heads", "heads are 1 to 65536",
                        "pass the model's number");
        }
        return selfAttention(given.integer(0), given.flag(1));
    }
    if (name == "rope") {
        given.counts(2, 1);
        return rope(given.integer(0), given.flag(1), given.theta());
    }
    if (name == "sum" || name == "mean") {
        given.only(0);
        return reduction(name == "sum" ? Reduction::SUM : Reduction::MEAN, given.integers());
    }
    if (name == "max" || name == "slice") {
        given.only(0);
        return name == "max" ? maximum(given.integers()) : slice(given.integers());
    }
    if (name == "concatenate") {
        given.counts(1, 0);
        return concatenate(given.integer(0));
    }
    if (name == "embedding" || name == "cross-entropy") {
        given.only(0);
        return name == "embedding" ? embedding(given.ids()) : crossEntropy(given.ids());
    }
    if (name == "reshape" || name == "transpose") {
        given.only(0);
        return name == "reshape" ? reshape(given.integers()) : transpose(given.integers());
    }
    throw Error(LLS_NOT_FOUND, "the tape has no operation \"" + name.substr(0, 40) + "\"", std::string("it has ") + LIST, "pass one of these");
}

}  // namespace llmsys::operations
