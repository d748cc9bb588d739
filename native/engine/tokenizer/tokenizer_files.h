// The door for tokenizers on a disk: finds out what a file or folder holds by its content.
//
// In a folder the first of these counts: tokenizer.json, tokenizer.model, vocab.json with merges.txt, encoder.json with vocab.bpe, tokenizer.bin, the
// only .tiktoken or .gguf file.
#pragma once

#include <memory>
#include <string>

#include "engine/core/handles.h"
#include "engine/files/gguf_header.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/vocabulary.h"

namespace llmsys {

// Throws Error LLS_NOT_FOUND when there is none, LLS_FILE for a damaged one, LLS_UNSUPPORTED for one of a kind that is not implemented.
std::shared_ptr<const Tokenizer> readTokenizer(const std::string& path);
// kind: "whitespace" or "char", learned from the text at path.
std::shared_ptr<const Tokenizer> learnTokenizer(const std::string& path, const std::string& kind);
// From the content of one file, whose name is for messages.
std::shared_ptr<const Tokenizer> tokenizerOfBytes(std::string_view bytes, const std::string& name);

// The keys tokenizer.ggml.* of a GGUF file. Throws Error LLS_NOT_FOUND when it carries none.
TokenizerVocabulary vocabularyOf(const GgufHeader& header);

// The tokenizers that the C surface gave out.
Handles<const Tokenizer>& tokenizers();

}  // namespace llmsys
