// Which two symbols merge, how early, and into which piece. A symbol is a piece, or a character that is no piece itself but part of one: such
// characters have the numbers from V on. Immutable.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/tokenizer/merging/merger.h"
#include "engine/tokenizer/sentencepiece/pieces.h"

namespace llmsys {

class PieceMerges {
public:
    struct Rule {
        int32_t left, right, merged;
    };

    // SentencePiece's rule: any two symbols merge that together are a piece, the piece with the highest score first. Pieces with equal scores share a
    // rank, so among them the leftmost goes first.
    static PieceMerges byScore(const Pieces& pieces);
    // Hugging Face's: only the listed pairs merge, in the order of the list; of two equal pairs the later counts.
    static PieceMerges inOrder(const Pieces& pieces, const std::vector<Rule>& rules);

    const MergeTable& table() const noexcept { return table_; }
    // The symbol of a character, or Merger::UNKNOWN.
    int32_t symbolOf(uint32_t character) const {
        if (character < basic_.size()) {
            return basic_[character];
        }
        auto found = others_.find(character);
        return found == others_.end() ? Merger::UNKNOWN : found->second;
    }
    // Bytes of the character behind a symbol from V on.
    int32_t lengthOfCharacter(int32_t symbol) const { return lengths_[static_cast<size_t>(symbol - pieceCount_)]; }

private:
    explicit PieceMerges(const Pieces& pieces) : basic_(0x10000, Merger::UNKNOWN), pieceCount_(pieces.size()) {}
    void setSymbol(uint32_t character, int32_t symbol);

    MergeTable table_;
    std::vector<int32_t> basic_;                        // of the Basic Multilingual Plane
    std::unordered_map<uint32_t, int32_t> others_;
    std::vector<int8_t> lengths_;
    int32_t pieceCount_;
};

}  // namespace llmsys
