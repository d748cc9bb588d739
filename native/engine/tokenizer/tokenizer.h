// Turns text into token ids and back. Text is UTF-8 bytes; bytes that are none are kept where the vocabulary can express them.
//
//   encode   text (bytes) -> ids (T), each in [0, V)
//   decode   ids -> bytes; a token may hold a part of a character only, so a growing text is decoded as bytes
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/error.h"

namespace llmsys {

// Immutable and thread-safe.
class Tokenizer {
public:
    // What decoding one id after another must remember.
    struct Place {
        bool begun = false;         // whether anything was written
    };

    virtual ~Tokenizer() = default;
    // "whitespace", "char", "byte-bpe", "sentencepiece-bpe"
    virtual const char* type() const = 0;
    virtual int32_t vocabSize() const = 0;
    // Appends. special: texts of special tokens become those tokens, and what the vocabulary wants at the ends is added; tokens that are not special
    // but stand beside the vocabulary are found either way. Throws Error LLS_INVALID for what the vocabulary cannot express.
    virtual void encode(std::string_view text, bool special, std::vector<int32_t>& ids) const = 0;
    // Appends the bytes of the next id: what is written for ids 0 to i never changes when more follow. Throws Error LLS_INVALID for an id outside.
    virtual void decodeNext(int32_t id, Place& place, std::string& bytes) const = 0;
    // The id that ends a text, or -1.
    virtual int32_t endOfText() const = 0;

    std::vector<int32_t> encode(std::string_view text, bool special = true) const {
        std::vector<int32_t> ids;
        encode(text, special, ids);
        return ids;
    }
    std::string decode(const std::vector<int32_t>& ids) const {
        std::string bytes;
        Place place;
        for (int32_t id : ids) {
            decodeNext(id, place, bytes);
        }
        return bytes;
    }
};

// Bounds of all forms; published vocabularies have a quarter of these at most.
constexpr int64_t MOST_TOKENS = int64_t{1} << 20;
constexpr int64_t LONGEST_TOKEN = 4096;     // bytes
constexpr int64_t MOST_MERGES = int64_t{1} << 21;

// "cannot read the tokenizer": the file is damaged.
[[noreturn]] void refuseTokenizer(const std::string& why);
// A part of the file that is not implemented: refused by name, never approximated.
[[noreturn]] void refuseUnknown(const std::string& part, std::string_view name);
// An id that the vocabulary does not have.
[[noreturn]] void refuseId(int32_t id, int32_t vocabSize);

}  // namespace llmsys
