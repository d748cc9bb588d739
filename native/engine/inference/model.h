// A model that is loaded: its decoder, the tokenizer that came with it, and the steps that its sequences share.
#pragma once

#include <memory>
#include <string>

#include "engine/core/handles.h"
#include "engine/files/model_file.h"
#include "engine/inference/shared_steps.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/transformer/decoder.h"

namespace llmsys {

struct Model {
    Model(ModelConfig config, DecoderWeights weights) : decoder(std::move(config), std::move(weights)), steps(decoder) {}

    const ModelConfig& config() const noexcept { return decoder.config(); }
    // Throws Error LLS_INVALID for an id that is not in the vocabulary; what: "the prompt".
    void requireIds(const int32_t* ids, int64_t count, const char* what) const;

    Decoder decoder;
    SharedSteps steps;
    std::shared_ptr<const Tokenizer> tokenizer;    // null when none came with it
    std::string tokenizerPath;                     // where it lies, "" when nowhere
    int32_t endToken = -1;                         // ends a text
};

// Loads the weights and, where one lies with them and fits, the tokenizer: a model is read without one too.
std::shared_ptr<Model> modelOf(const ModelFile& file, const char* type);
// Gives the model the tokenizer that `read` makes, unless it is damaged, of a kind that is not known, or of more tokens than the model has.
template <typename Read>
void adoptTokenizer(Model& model, Read read) {
    try {
        std::shared_ptr<const Tokenizer> tokenizer = read();
        if (tokenizer->vocabSize() <= model.config().vocabSize) {
            model.endToken = tokenizer->endOfText() >= 0 ? tokenizer->endOfText() : model.endToken;
            model.tokenizer = std::move(tokenizer);
        }
    } catch (const Error& e) {
        if (e.status() == LLS_OUT_OF_MEMORY) {
            throw;
        }
    }
}

// "f32", ...; nothing for null and "as-is". Throws Error LLS_UNSUPPORTED.
std::optional<lls_dtype> heldType(const char* type);

Handles<Model>& models();

}  // namespace llmsys
