// Byte-level BPE from the files it comes in.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/json.h"
#include "engine/tokenizer/bytepair/byte_bpe.h"
#include "engine/tokenizer/vocabulary.h"

namespace llmsys {

// Whether a tokenizer.json is of this kind: model BPE, and a ByteLevel step.
bool isByteBpe(const Json& json);
// Hugging Face's tokenizer.json: normalizer none or NFC, pre-tokenizers that are known, decoder ByteLevel. Anything else is refused by name.
std::shared_ptr<const Tokenizer> byteBpeOfJson(const Json& json);
// GPT-2's pair: vocab.json, token to id, and merges.txt, a merge a line, the first learned first.
std::shared_ptr<const Tokenizer> byteBpeOfVocabAndMerges(const Json& vocab, std::string_view merges);
// tiktoken's ranks: a token in base 64, a blank, its rank on each line. The number of ranks tells the plan: cut and special tokens.
std::shared_ptr<const Tokenizer> byteBpeOfRanks(std::string_view file);
bool looksLikeRanks(std::string_view start);
// What a GGUF file says; vocabulary.model is "gpt2".
std::shared_ptr<const Tokenizer> byteBpeOfVocabulary(const TokenizerVocabulary& vocabulary);

// Shared: checks every id and every merge. A merge is "left right".
struct NamedTokens {
    std::vector<std::pair<std::string, int32_t>> vocabulary;                // as written in the byte alphabet
    std::vector<std::pair<std::string, std::string>> merges;
};
BytePairModel byteModelOf(const NamedTokens& tokens, const std::vector<AddedToken>& added, bool anyWhole);
std::pair<std::string, std::string> mergeParts(std::string_view merge);

}  // namespace llmsys
