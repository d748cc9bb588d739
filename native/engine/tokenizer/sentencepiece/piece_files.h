// SentencePiece-style BPE from the files it comes in.
#pragma once

#include <memory>
#include <string_view>

#include "engine/files/json.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/vocabulary.h"

namespace llmsys {

// SentencePiece's own tokenizer.model, a Protocol Buffers message. Model type bpe only; unigram, word and char are refused by name. As SentencePiece
// itself does, the tokenizer adds neither beginning nor end.
std::shared_ptr<const Tokenizer> piecesOfModel(std::string_view file);
bool looksLikeModel(std::string_view start);
// llama2.c's tokenizer.bin: the length of the longest piece, then for each piece its score, its length and its bytes. Spaces stand as spaces; the
// first three pieces are the unknown, the beginning and the end.
std::shared_ptr<const Tokenizer> piecesOfLlama2c(std::string_view file);
bool looksLikeLlama2c(std::string_view start);
// What a GGUF file says; vocabulary.model is "llama".
std::shared_ptr<const Tokenizer> piecesOfVocabulary(const TokenizerVocabulary& vocabulary);
// Hugging Face's tokenizer.json with a model BPE over text whose spaces are U+2581; parts that are not known are refused by name.
std::shared_ptr<const Tokenizer> piecesOfJson(const Json& json);

}  // namespace llmsys
