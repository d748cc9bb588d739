// The oldest ways to cut: a token a word, or a token a character. Vocabularies are learned from a text, or read from a tokenizer.json of model
// WordLevel.
//
//   whitespace   "the cat sat" -> the | cat | sat; a word that the vocabulary lacks becomes <unk>; decoding puts one blank between words
//   char         "cab" with a b c -> 2 0 1; a character that the vocabulary lacks is an error,
//                unless it has a token for what is unknown
#pragma once

#include <memory>
#include <vector>

#include "engine/files/json.h"
#include "engine/tokenizer/added_tokens.h"
#include "engine/tokenizer/token_bytes.h"
#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

struct WordLevelForm {
    std::vector<std::string> tokens;        // by id
    std::vector<AddedToken> added;          // of them those that are found before anything is cut
    int32_t unknown = -1;                   // -1: there is none
    int32_t end = -1;
};

class WhitespaceTokenizer final : public Tokenizer {
public:
    // The vocabulary: <unk>, then the words of the text, the most frequent first, equals in Unicode order.
    // Throws Error LLS_INVALID for a text that is not UTF-8 or has no words.
    static std::shared_ptr<const Tokenizer> learned(std::string_view text);
    // form.unknown must be there.
    explicit WhitespaceTokenizer(const WordLevelForm& form);

    const char* type() const override { return "whitespace"; }
    int32_t vocabSize() const override { return tokens_.size(); }
    using Tokenizer::encode;
    void encode(std::string_view text, bool special, std::vector<int32_t>& ids) const override;
    void decodeNext(int32_t id, Place& place, std::string& bytes) const override;
    int32_t endOfText() const override { return end_; }

private:
    TokenBytes tokens_;
    AddedTokens added_;
    int32_t unknown_;
    int32_t end_;
};

class CharTokenizer final : public Tokenizer {
public:
    // The vocabulary: the characters of the text in Unicode order. Throws Error LLS_INVALID for a text that is empty or not UTF-8.
    static std::shared_ptr<const Tokenizer> learned(std::string_view text);
    explicit CharTokenizer(const WordLevelForm& form);

    const char* type() const override { return "char"; }
    int32_t vocabSize() const override { return tokens_.size(); }
    using Tokenizer::encode;
    void encode(std::string_view text, bool special, std::vector<int32_t>& ids) const override;
    void decodeNext(int32_t id, Place& place, std::string& bytes) const override;
    int32_t endOfText() const override { return end_; }

private:
    void encodeRun(std::string_view text, size_t from, size_t to, std::vector<int32_t>& ids) const;

    TokenBytes tokens_;
    AddedTokens added_;
    int32_t unknown_;
    int32_t end_;
};

// Hugging Face's tokenizer.json with a model WordLevel, cut at white space (WhitespaceSplit) or into characters (Split at [\s\S], decoder Fuse), as
// this workbench writes it. Anything else is refused by name.
std::shared_ptr<const Tokenizer> wordLevelOfJson(const Json& json);

}  // namespace llmsys
