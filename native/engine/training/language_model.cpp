#include "engine/training/language_model.h"

#include <string>

#include "engine/autograd/operations.h"

namespace llmsys {

using operations::Arithmetic;

ModelConfig characterConfig(const lls_training_options& options, int64_t vocabSize) {
    ModelConfig config;
    config.family = "gpt2";
    config.vocabSize = vocabSize;
    config.contextLength = options.context_length;
    config.embeddingDim = options.embedding_dim;
    config.numLayers = options.num_layers;
    config.numHeads = options.num_heads;
    config.numKvHeads = options.num_heads;
    config.headDim = options.embedding_dim / options.num_heads;
    config.hiddenDim = int64_t{4} * options.embedding_dim;
    config.normEps = 1e-5f;
    config.tied = true;
    config.normalization = "layernorm";
    config.position = "learned";
    config.activation = "gelu";
    config.check();
    return config;
}

LanguageModel::LanguageModel(const ModelConfig& config, uint64_t seed) : config_(config), parameters_(config, seed) {
    for (const Parameters::Part& part : parameters_.parts()) {
        Shape shape = Shape::of(part.extents.data(), static_cast<int64_t>(part.extents.size()), part.name.c_str());
        variables_[part.name] = tape_.parameter(parameters_.weight(part), parameters_.gradient(part), shape);
    }
    kept_ = tape_.size();
}

float LanguageModel::learn(const std::vector<int32_t>& ids, const std::vector<int32_t>& targets, int64_t batch) {
    tape_.restart(kept_);
    int32_t loss = forward(ids, targets, batch);
    float value = *tape_.value(loss);
    tape_.backward(loss, Tape::Afterwards::GIVE_BACK);
    return value;
}

int32_t LanguageModel::forward(const std::vector<int32_t>& ids, const std::vector<int32_t>& targets, int64_t batch) {
    const int64_t t = static_cast<int64_t>(ids.size()) / batch, c = config_.embeddingDim;
    std::vector<int32_t> places(static_cast<size_t>(t));
    for (int64_t i = 0; i < t; i++) {
        places[static_cast<size_t>(i)] = static_cast<int32_t>(i);
    }
    int32_t table = variables_.at("wte.weight");
    int32_t tokens = tape_.apply(operations::reshape({batch, t, c}), {tape_.apply(operations::embedding(ids), {table})});
    int32_t positions = tape_.apply(operations::embedding(std::move(places)), {variables_.at("wpe.weight")});
    int32_t x = tape_.apply(operations::arithmetic(Arithmetic::ADD), {tokens, positions});
    for (int64_t i = 0; i < config_.numLayers; i++) {
        BlockNames names = blockNames(config_, i);
        int32_t seen = tape_.apply(operations::selfAttention(config_.numHeads, true), {linear(norm(x, names.norm1), names.qkv)});
        x = tape_.apply(operations::arithmetic(Arithmetic::ADD), {x, linear(seen, names.o)});
        int32_t hidden = tape_.apply(operations::activation(config_.activation), {linear(norm(x, names.norm2), names.up)});
        x = tape_.apply(operations::arithmetic(Arithmetic::ADD), {x, linear(hidden, names.down)});
    }
    int32_t logits = tape_.apply(operations::scores(), {norm(x, finalNormName(config_)), table});
    return tape_.apply(operations::crossEntropy(targets), {logits});
}

int32_t LanguageModel::linear(int32_t x, const std::string& name) {
    auto bias = variables_.find(name + ".bias");
    int32_t weight = variables_.at(name + ".weight");
    return bias == variables_.end() ? tape_.apply(operations::linear(), {x, weight}) : tape_.apply(operations::linear(), {x, weight, bias->second});
}

int32_t LanguageModel::norm(int32_t x, const std::string& name) {
    auto shift = variables_.find(name + ".bias");
    int32_t scale = variables_.at(name + ".weight");
    return shift == variables_.end() ? tape_.apply(operations::layerNorm(config_.normEps), {x, scale})
                                     : tape_.apply(operations::layerNorm(config_.normEps), {x, scale, shift->second});
}

}  // namespace llmsys
