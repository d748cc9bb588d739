// What a model is: its sizes, and the algorithm of each phase. With the weights, all there is to know.
#pragma once

#include <cstdint>
#include <string>

#include "engine/files/rotary_scaling.h"
#include "llmsys.h"

namespace llmsys {

// Which projections of attention add a bias in a Llama: none, queries, keys and values (Qwen 2), or the output too.
enum class AttentionBiases { NONE, QKV, ALL };

struct ModelConfig {
    std::string family;                 // "gpt2", "llama": the naming of the weights
    int64_t vocabSize = 0;              // V
    int64_t contextLength = 0;          // most positions
    int64_t embeddingDim = 0;           // C
    int64_t numLayers = 0;              // L
    int64_t numHeads = 0;               // NH
    int64_t numKvHeads = 0;             // NKV, NH is a multiple of it
    int64_t headDim = 0;                // HS
    int64_t hiddenDim = 0;              // F
    float normEps = 1e-5f;
    bool biases = false;                // linear layers and norms have them
    AttentionBiases attentionBiases = AttentionBiases::NONE;
    bool feedForwardBiases = false;
    bool tied = false;                  // the output projection is the embedding table
    std::string normalization;          // "layernorm", "rmsnorm"
    std::string position;               // "learned", "sinusoidal", "rope", "alibi"
    std::string activation;             // of the feed-forward network
    bool gated = false;                 // down(activation(gate x) * up x), else down(activation(up x))
    double ropeTheta = 10000;
    bool interleaved = false;           // which features turn together: neighbours, or one of each half
    RotaryScaling scaling;
    int64_t window = 0;                 // keys that a token sees, 0: all

    // Throws Error LLS_FILE that names the first value which makes no model.
    void check() const;
    bool qkvBias() const noexcept { return biases || attentionBiases != AttentionBiases::NONE; }
    bool outputBias() const noexcept { return biases || attentionBiases == AttentionBiases::ALL; }
    bool networkBias() const noexcept { return biases || feedForwardBiases; }
    int64_t qkvWidth() const noexcept { return (numHeads + 2 * numKvHeads) * headDim; }
    int64_t headsWidth() const noexcept { return numHeads * headDim; }
};

// GPT-2 and Llama as their papers have them, for the fields that lls_model_config has no words for.
ModelConfig configOf(const lls_model_config& config);

}  // namespace llmsys
