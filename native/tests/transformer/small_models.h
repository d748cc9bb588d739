// Small models of every kind, with seeded numbers as a file would hold them.
#pragma once

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "engine/transformer/decoder.h"
#include "engine/transformer/weight_names.h"

namespace llmsys::test {

struct SmallModel {
    ModelFile file;
    std::vector<std::unique_ptr<std::vector<float>>> numbers;

    explicit SmallModel(const ModelConfig& config, uint64_t seed = 3) {
        config.check();
        file.name = "small model";
        file.config = config;
        std::mt19937_64 random(seed);
        for (const ExpectedTensor& expected : expectedTensors(config)) {
            FileTensor tensor;
            tensor.name = expected.name;
            tensor.extents = expected.extents;
            numbers.push_back(std::make_unique<std::vector<float>>(static_cast<size_t>(tensor.size())));
            bool scale = expected.extents.size() == 1 && expected.name.find("weight") != std::string::npos;
            for (float& each : *numbers.back()) {
                each = (scale ? 1.0f : 0.0f) + (static_cast<float>(random() >> 40) * 0x1p-23f - 1) * 0.4f;
            }
            tensor.data = reinterpret_cast<const uint8_t*>(numbers.back()->data());
            file.tensors.push_back(tensor);
        }
    }

    Decoder decoder(std::optional<lls_dtype> type = std::nullopt) const { return Decoder(file.config, readWeights(file, type)); }
};

inline ModelConfig llamaConfig() {
    ModelConfig config;
    config.family = "llama";
    config.vocabSize = 53;
    config.contextLength = 40;
    config.embeddingDim = 24;
    config.numLayers = 3;
    config.numHeads = 4;
    config.numKvHeads = 2;
    config.headDim = 6;
    config.hiddenDim = 37;
    config.normalization = "rmsnorm";
    config.position = "rope";
    config.activation = "silu";
    config.gated = true;
    return config;
}

inline ModelConfig gpt2Config() {
    ModelConfig config = llamaConfig();
    config.family = "gpt2";
    config.numKvHeads = 4;
    config.biases = true;
    config.tied = true;
    config.normalization = "layernorm";
    config.position = "learned";
    config.activation = "gelu-tanh";
    config.gated = false;
    return config;
}

}  // namespace llmsys::test
