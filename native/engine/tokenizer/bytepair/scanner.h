// How text is cut into pieces before anything merges: what the models' files write as regular expressions, by hand-written scanners that take linear
// time.
// No expression of a file is ever executed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace llmsys {

// Stateless. text is UTF-8; a byte that begins no character counts as a sign.
class Scanner {
public:
    virtual ~Scanner() = default;
    // The end of the piece that begins at `from`, which is before `to`; more than `from`. Nothing beyond `to` is looked at.
    virtual size_t end(const uint8_t* text, size_t from, size_t to) const = 0;
};

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+         GPT-2, r50k, p50k
class Gpt2Scanner final : public Scanner {
public:
    size_t end(const uint8_t* text, size_t from, size_t to) const override;
};

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
// cl100k and Llama 3 (digits 3), Qwen 2 (1). wholeAtEnd: \s+\z comes before \s*[\r\n]+ (cl100k as tiktoken has it now).
class Cl100kScanner final : public Scanner {
public:
    Cl100kScanner(int digits, bool wholeAtEnd) : digits_(digits), wholeAtEnd_(wholeAtEnd) {}
    size_t end(const uint8_t* text, size_t from, size_t to) const override;

private:
    int digits_;
    bool wholeAtEnd_;
};

// U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]    L = [\p{Ll}\p{Lm}\p{Lo}\p{M}]    C = (?i:'s|'t|'re|'ve|'m|'ll|'d)
// [^\r\n\p{L}\p{N}]?U*L+C?|[^\r\n\p{L}\p{N}]?U+L*C?|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
// o200k (digits 3), tekken (1, no C): words are also cut where lower case turns to upper case.
class O200kScanner final : public Scanner {
public:
    O200kScanner(int digits, bool contractions) : digits_(digits), contractions_(contractions) {}
    size_t end(const uint8_t* text, size_t from, size_t to) const override;

private:
    int digits_;
    bool contractions_;
};

}  // namespace llmsys
