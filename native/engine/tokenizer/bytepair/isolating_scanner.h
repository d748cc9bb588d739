// Scanners that cut out what matches and leave what lies between as pieces of their own: "Split" with the behaviour "Isolated", "Digits",
// "Punctuation".
#pragma once

#include "engine/tokenizer/bytepair/scanner.h"

namespace llmsys {

class IsolatingScanner final : public Scanner {
public:
    // The end of the match that begins at `from`, or `from` when none does, which must be told in constant time.
    using Match = size_t (*)(const uint8_t* text, size_t from, size_t to);

    // bytes: whether a place is a byte instead of a character (after the text was written in the alphabet of bytes).
    explicit IsolatingScanner(Match match, bool bytes = false) : match_(match), bytes_(bytes) {}
    size_t end(const uint8_t* text, size_t from, size_t to) const override;

private:
    Match match_;
    bool bytes_;
};

// What known models cut out.
namespace matches {
size_t eachNumber(const uint8_t* text, size_t from, size_t to);          // \p{N}
size_t numbers(const uint8_t* text, size_t from, size_t to);             // \p{N}+
size_t threeNumbers(const uint8_t* text, size_t from, size_t to);        // \p{N}{1,3}
size_t threeDigits(const uint8_t* text, size_t from, size_t to);         // [0-9][0-9][0-9]
size_t writtenNumbers(const uint8_t* text, size_t from, size_t to);      // numbers among the characters that bytes are written with
size_t punctuation(const uint8_t* text, size_t from, size_t to);         // [\p{P}$+<=>^`|~]+
size_t signsAndOperators(const uint8_t* text, size_t from, size_t to);   // [\p{P}$+<=>^~|]+
size_t bloom(const uint8_t* text, size_t from, size_t to);               //  ?[^\s(|.,!?…。，、।۔،)]+
size_t lineEnd(const uint8_t* text, size_t from, size_t to);             // [\r\n]
size_t letters(const uint8_t* text, size_t from, size_t to);             // \s?\p{L}+
size_t signs(const uint8_t* text, size_t from, size_t to);               // \s?\p{P}+
size_t ideographsAndHangul(const uint8_t* text, size_t from, size_t to); // [\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+
size_t ideographsAndKana(const uint8_t* text, size_t from, size_t to);   // [\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+
// [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+       DeepSeek V3
size_t deepSeek(const uint8_t* text, size_t from, size_t to);
}

}  // namespace llmsys
