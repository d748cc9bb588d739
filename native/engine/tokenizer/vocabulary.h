// What a model's file says of its tokenizer: the keys tokenizer.ggml.* of a GGUF file, whoever reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

struct TokenizerVocabulary {
    std::string model;                          // "gpt2": byte-level BPE, "llama": SentencePiece-style BPE
    std::string pre;                            // how "gpt2" cuts text
    std::vector<std::string> tokens;            // by id
    std::vector<std::string> merges;            // "left right", in order; for "gpt2"
    std::vector<float> scores;                  // by id; for "llama"
    std::vector<int32_t> types;                 // by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; may be empty for "gpt2"
    std::string characterMap;                   // precompiled_charsmap
    std::optional<int64_t> beginId, endId;      // bos_token_id, eos_token_id
    std::optional<bool> addBegin, addEnd, addSpacePrefix, removeExtraWhitespaces;
};

// Throws Error LLS_UNSUPPORTED for a model that is not known, LLS_FILE for a damaged one.
std::shared_ptr<const Tokenizer> tokenizerOf(const TokenizerVocabulary& vocabulary);

}  // namespace llmsys
