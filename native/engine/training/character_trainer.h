// Training of a small character model: windows drawn at random from one text, AdamW, gradients shortened to length 1.
//
//   w_b uniform over all places,  inputs_b = ids[w_b ... w_b + T),  targets_b = ids[w_b + 1 ... w_b + T]        a function of seed and step
//   rate = learning_rate * min(1, step / 100)
//
// AdamW: Loshchilov, Hutter 2019, arXiv 1711.05101, with beta 0.9 and 0.99, epsilon 1e-8; decay of matrices and tables only.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/inference/model.h"
#include "engine/training/language_model.h"

namespace llmsys {

class CharacterTrainer {
public:
    // Throws Error LLS_INVALID for settings out of range, or a text that is too short or not UTF-8.
    CharacterTrainer(std::string_view text, const lls_training_options& options);

    struct Outcome {
        float loss;
        float gradientNorm;      // before it is shortened
    };
    // Throws Error LLS_NUMERIC when loss or gradient are no numbers; the weights stay as they were then.
    Outcome step();

    // A copy of the model as it is now, in F32.
    std::shared_ptr<Model> model() const;
    const std::shared_ptr<const Tokenizer>& tokenizer() const noexcept { return tokenizer_; }
    const LanguageModel& network() const noexcept { return network_; }

private:
    void draw();

    lls_training_options options_;
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::vector<int32_t> ids_;
    LanguageModel network_;
    std::vector<int32_t> inputs_, targets_;
    int64_t steps_ = 0;
};

}  // namespace llmsys
