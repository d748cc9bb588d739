#include "engine/files/model_config.h"

#include <cstring>

#include "engine/core/error.h"

namespace llmsys {

namespace {

Error refused(const std::string& what, const std::string& why, const std::string& fix) {
    return Error(LLS_FILE, "no model can have " + what, why, fix);
}

void requireRange(const char* name, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most) {
        throw refused(std::string(name) + " " + std::to_string(value), "it must be from " + std::to_string(least) + " to " + std::to_string(most),
                      std::string("correct ") + name + " in the configuration");
    }
}

}  // namespace

void ModelConfig::check() const {
    requireRange("vocabSize", vocabSize, 1, 1 << 24);
    requireRange("contextLength", contextLength, 1, 1 << 20);
    requireRange("embeddingDim", embeddingDim, 1, 1 << 16);
    requireRange("numLayers", numLayers, 1, 1024);
    requireRange("numHeads", numHeads, 1, 1 << 16);
    requireRange("numKvHeads", numKvHeads, 1, numHeads);
    requireRange("headDim", headDim, 1, 1 << 16);
    requireRange("hiddenDim", hiddenDim, 1, 1 << 20);
    requireRange("numHeads times headDim", numHeads * headDim, 1, 1 << 20);
    requireRange("window", window, 0, INT64_MAX);
    if (numHeads % numKvHeads != 0) {
        throw refused(std::to_string(numHeads) + " heads with " + std::to_string(numKvHeads) + " key-value heads",
                      "every key-value head serves the same number of heads", "make numHeads a multiple of numKvHeads");
    }
    if (!(normEps > 0 && normEps <= 0.1f)) {
        throw refused("normEps " + std::to_string(normEps), "it must be above 0 and at most 0.1", "1e-5 is usual");
    }
    if (position == "rope") {
        if (headDim % 2 != 0) {
            throw refused("heads of " + std::to_string(headDim) + " elements with rotary positions", "they turn pairs",
                          "use a model with an even head size");
        }
        std::string wrong = scaling.wrong(headDim, ropeTheta);
        if (!wrong.empty()) {
            throw refused("these rotary positions", wrong, "correct rope_theta and rope_scaling");
        }
    }
}

ModelConfig configOf(const lls_model_config& given) {
    ModelConfig config;
    config.family.assign(given.family, strnlen(given.family, sizeof given.family));
    bool llama = config.family == "llama";
    if (!llama && config.family != "gpt2") {
        throw Error(LLS_UNSUPPORTED, "there is no family of models \"" + config.family.substr(0, 15) + "\"", "the families are gpt2 and llama",
                    "set family to one of them");
    }
    config.vocabSize = given.vocab_size;
    config.contextLength = given.context_length;
    config.embeddingDim = given.embedding_dim;
    config.numLayers = given.num_layers;
    config.numHeads = given.num_heads;
    config.numKvHeads = given.num_kv_heads;
    config.headDim = given.head_dim;
    config.hiddenDim = given.hidden_dim;
    config.normEps = given.norm_eps;
    config.biases = !llama && given.has_biases != 0;
    config.attentionBiases = llama && given.has_biases != 0 ? AttentionBiases::ALL : AttentionBiases::NONE;
    config.feedForwardBiases = llama && given.has_biases != 0;
    config.tied = given.tied != 0;
    config.normalization = llama ? "rmsnorm" : "layernorm";
    config.position = llama ? "rope" : "learned";
    config.activation = llama ? "silu" : "gelu-tanh";
    config.gated = llama;
    config.ropeTheta = given.rope_theta;
    config.interleaved = given.interleaved != 0;
    config.check();
    return config;
}

}  // namespace llmsys
