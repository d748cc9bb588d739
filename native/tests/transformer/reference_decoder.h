// The same mathematics in double, as plain as it can be written: one token after another over lists of all keys and values before it.
#pragma once

#include <cmath>
#include <vector>

#include "engine/transformer/weight_names.h"

namespace llmsys::test {

using Row = std::vector<double>;

class ReferenceDecoder {
public:
    explicit ReferenceDecoder(const ModelFile& file) : config_(file.config), tensors_(file) {
        if (config_.position == "rope") {
            frequencies_ = config_.scaling.frequencies(config_.headDim, config_.ropeTheta);
        }
        keys_.resize(static_cast<size_t>(config_.numLayers));
        values_.resize(keys_.size());
    }

    // Logits behind the next token.
    Row next(int32_t id) {
        size_t c = static_cast<size_t>(config_.embeddingDim);
        Row table = numbers(tableName(config_) + ".weight");
        Row x(table.begin() + static_cast<std::ptrdiff_t>(c) * id, table.begin() + static_cast<std::ptrdiff_t>(c) * (id + 1));
        for (size_t i = 0; i < c && config_.position == "learned"; i++) {
            x[i] += numbers("wpe.weight")[static_cast<size_t>(position_) * c + i];
        }
        for (size_t i = 0; i < c && config_.position == "sinusoidal"; i++) {
            double angle = static_cast<double>(position_) / std::pow(10000.0, static_cast<double>(i / 2 * 2) / static_cast<double>(c));
            x[i] += i % 2 == 0 ? std::sin(angle) : std::cos(angle);
        }
        for (int64_t layer = 0; layer < config_.numLayers; layer++) {
            BlockNames names = blockNames(config_, layer);
            add(x, linear(attention(layer, norm(x, names.norm1)), names.o, config_.outputBias()));
            Row y = norm(x, names.norm2);
            Row up = linear(y, names.up, config_.networkBias());
            if (config_.gated) {
                Row gate = linear(y, names.gate, config_.networkBias());
                for (size_t i = 0; i < up.size(); i++) {
                    up[i] *= activation(gate[i]);
                }
            } else {
                for (double& each : up) {
                    each = activation(each);
                }
            }
            add(x, linear(up, names.down, config_.networkBias()));
        }
        x = norm(x, finalNormName(config_));
        Row head = config_.tied ? table : numbers("lm_head.weight");
        Row logits(static_cast<size_t>(config_.vocabSize));
        for (size_t v = 0; v < logits.size(); v++) {
            for (size_t i = 0; i < c; i++) {
                logits[v] += head[v * c + i] * x[i];
            }
        }
        position_++;
        return logits;
    }

private:
    Row numbers(const std::string& name) const {
        const FileTensor& tensor = tensors_.at(name);
        std::vector<float> all(static_cast<size_t>(tensor.size()));
        tensor.widen(0, tensor.size(), all.data());
        return {all.begin(), all.end()};
    }

    static void add(Row& x, const Row& y) {
        for (size_t i = 0; i < x.size(); i++) {
            x[i] += y[i];
        }
    }

    Row linear(const Row& x, const std::string& name, bool bias) const {
        Row w = numbers(name + ".weight");
        size_t out = w.size() / x.size();
        Row y = bias ? numbers(name + ".bias") : Row(out);
        for (size_t n = 0; n < out; n++) {
            for (size_t k = 0; k < x.size(); k++) {
                y[n] += x[k] * w[config_.family == "gpt2" ? k * out + n : n * x.size() + k];
            }
        }
        return y;
    }

    Row norm(const Row& x, const std::string& name) const {
        double mean = 0;
        double square = 0;
        for (double each : x) {
            mean += config_.normalization == "layernorm" ? each / static_cast<double>(x.size()) : 0;
        }
        for (double each : x) {
            square += (each - mean) * (each - mean) / static_cast<double>(x.size());
        }
        Row gamma = numbers(name + ".weight");
        Row y = config_.biases ? numbers(name + ".bias") : Row(x.size());
        for (size_t i = 0; i < x.size(); i++) {
            y[i] += gamma[i] * (x[i] - mean) / std::sqrt(square + static_cast<double>(config_.normEps));
        }
        return y;
    }

    double activation(double x) const {
        if (config_.activation == "silu") {
            return x / (1 + std::exp(-x));
        }
        if (config_.activation == "relu") {
            return x > 0 ? x : 0;
        }
        if (config_.activation == "gelu") {
            return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
        }
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    }

    void turn(double* head) const {
        size_t half = static_cast<size_t>(config_.headDim) / 2;
        for (size_t i = 0; i < half; i++) {
            double& a = head[config_.interleaved ? 2 * i : i];
            double& b = head[config_.interleaved ? 2 * i + 1 : i + half];
            double angle = frequencies_[i] * static_cast<double>(position_);
            double turned = a * std::cos(angle) - b * std::sin(angle);
            b = (a * std::sin(angle) + b * std::cos(angle)) * config_.scaling.magnitude;
            a = turned * config_.scaling.magnitude;
        }
    }

    Row attention(int64_t layer, const Row& y) {
        BlockNames names = blockNames(config_, layer);
        size_t hs = static_cast<size_t>(config_.headDim);
        size_t heads = static_cast<size_t>(config_.numHeads);
        size_t keyHeads = static_cast<size_t>(config_.numKvHeads);
        Row all = names.qkv.empty() ? Row() : linear(y, names.qkv, config_.qkvBias());
        if (names.qkv.empty()) {
            for (const std::string& name : {names.q, names.k, names.v}) {
                Row part = linear(y, name, config_.qkvBias());
                all.insert(all.end(), part.begin(), part.end());
            }
        }
        for (size_t h = 0; config_.position == "rope" && h < heads + keyHeads; h++) {
            turn(all.data() + h * hs);
        }
        std::ptrdiff_t k = static_cast<std::ptrdiff_t>(heads * hs);
        std::ptrdiff_t v = k + static_cast<std::ptrdiff_t>(keyHeads * hs);
        auto& keys = keys_[static_cast<size_t>(layer)];
        auto& values = values_[static_cast<size_t>(layer)];
        keys.emplace_back(all.begin() + k, all.begin() + v);
        values.emplace_back(all.begin() + v, all.end());
        Row z(heads * hs);
        for (size_t h = 0; h < heads; h++) {
            size_t from = h * keyHeads / heads * hs;
            std::vector<double> weight(keys.size());
            double sum = 0;
            for (size_t j = 0; j < keys.size(); j++) {
                size_t distance = keys.size() - 1 - j;
                if (config_.window > 0 && distance >= static_cast<size_t>(config_.window)) {
                    continue;
                }
                double score = 0;
                for (size_t d = 0; d < hs; d++) {
                    score += all[h * hs + d] * keys[j][from + d];
                }
                score /= std::sqrt(static_cast<double>(hs));
                if (config_.position == "alibi") {           // for heads of a power of two
                    score -= std::pow(2.0, -8.0 * static_cast<double>(h + 1) / static_cast<double>(heads)) * static_cast<double>(distance);
                }
                weight[j] = std::exp(score);
                sum += weight[j];
            }
            for (size_t j = 0; j < keys.size(); j++) {
                for (size_t d = 0; d < hs; d++) {
                    z[h * hs + d] += weight[j] / sum * values[j][from + d];
                }
            }
        }
        return z;
    }

    ModelConfig config_;
    NamedTensors tensors_;
    std::vector<double> frequencies_;
    std::vector<std::vector<Row>> keys_;                     // layer, position
    std::vector<std::vector<Row>> values_;
    int64_t position_ = 0;
};

}  // namespace llmsys::test
