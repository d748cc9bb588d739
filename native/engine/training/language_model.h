// The GPT-2 family on the tape: ids (B,T) to the mean surprise of the ids after them.
//
//   x = wte[ids] + wpe                                     (B,T,C)
//   x = x + proj(attention(qkv(norm(x))))                  each block
//   x = x + proj(gelu(fc(norm(x))))
//   loss = cross-entropy(norm(x) wte^T, targets)
//
// Radford et al. 2019, Language Models are Unsupervised Multitask Learners.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/autograd/tape.h"
#include "engine/training/parameters.h"

namespace llmsys {

class LanguageModel {
public:
    LanguageModel(const ModelConfig& config, uint64_t seed);

    const ModelConfig& config() const noexcept { return config_; }
    const Parameters& parameters() const noexcept { return parameters_; }

    // The mean loss; gradients of all parameters, from 0, are in parameters() afterwards. ids and targets (batch, T), T at most the context length.
    float learn(const std::vector<int32_t>& ids, const std::vector<int32_t>& targets, int64_t batch);

private:
    int32_t forward(const std::vector<int32_t>& ids, const std::vector<int32_t>& targets, int64_t batch);
    int32_t linear(int32_t x, const std::string& name);
    int32_t norm(int32_t x, const std::string& name);

    ModelConfig config_;
    Parameters parameters_;
    Tape tape_;
    std::unordered_map<std::string, int32_t> variables_;
    int32_t kept_;
};

// What a step of training computes with, char-small by default: no biases, gelu, heads that share C.
ModelConfig characterConfig(const lls_training_options& options, int64_t vocabSize);

}  // namespace llmsys
