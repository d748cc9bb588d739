// A byte-pair vocabulary ready to encode with: tokens, merges, and which tokens a piece may be at once. Immutable.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/tokenizer/bytepair/cut.h"
#include "engine/tokenizer/merging/merger.h"
#include "engine/tokenizer/token_bytes.h"

namespace llmsys {

class BytePairModel {
public:
    // The tokens left and right become the token id.
    struct Rule {
        int32_t left, right, id;
    };

    // tokens: bytes by id, empty for ids without. Merges in order: the first has rank 0. anyWhole: a piece that is a token becomes it without
    // merging.
    static BytePairModel ofRules(const std::vector<std::string>& tokens, const std::vector<Rule>& rules, bool anyWhole);
    // From ranks alone, as tiktoken has it: any two tokens merge if together they are a token, and its id is the rank.
    static BytePairModel ofRanks(const std::vector<std::string>& tokens);

    const TokenBytes& tokens() const noexcept { return tokens_; }
    // -1 for a byte that has no token
    int32_t byteId(uint8_t byte) const { return byteIds_[byte]; }
    bool hasAllBytes() const;

    // Appends the tokens of the text, cut by `cut`. Throws Error LLS_INVALID for a byte that the vocabulary lacks.
    void encode(const Cut& cut, std::string_view text, Merger& merger, std::vector<int32_t>& ids) const;
    Merger merger() const { return Merger(merges_); }

private:
    BytePairModel(const std::vector<std::string>& tokens, MergeTable merges);
    // Appends; the place of a byte without a token, or SIZE_MAX.
    size_t merge(const uint8_t* text, size_t from, size_t to, Merger& merger, std::vector<int32_t>& ids) const;

    TokenBytes tokens_;
    MergeTable merges_;
    std::array<int32_t, 256> byteIds_;
    std::vector<uint8_t> whole_;        // for each id, whether a piece with its bytes becomes it
};

}  // namespace llmsys
