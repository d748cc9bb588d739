// Cuts text whose spaces are U+2581 into pieces by byte-pair merging over characters.
//
// A run is first cut where no merge can cross: between two characters that stand side by side in no piece, for instance before most spaces. A part
// that is a piece, and would be merged into it, is found by one look-up. The rest is merged. A piece that is unused is taken apart again at the end.
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/tokenizer/sentencepiece/piece_merges.h"
#include "engine/tokenizer/sentencepiece/pieces.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

// Immutable; the pieces must outlive it and stay where they are.
class Segmenter {
public:
    Segmenter(const Pieces& pieces, PieceMerges merges);

    // Memory of one call.
    class Scratch final : public Merger {
    public:
        explicit Scratch(const Segmenter& owner);

    private:
        friend class Segmenter;
        void found(int32_t left, int32_t right, int32_t id) override;

        const Segmenter& owner_;
        std::unordered_map<int32_t, std::array<int32_t, 2>> parts_;     // what each unused piece was last made of
        std::vector<Symbol> stack_;
    };

    // visit(id, from, to) for each piece in order; id -1 for one character (or invalid byte) that the vocabulary lacks.
    template <typename Visit>
    void cut(std::string_view text, size_t from, size_t to, Scratch& scratch, Visit&& visit) const;

private:
    bool mayJoin(uint32_t left, uint32_t right) const {
        size_t bit = (left * 0x9E3779B1u ^ right * 0x85EBCA77u) * 0xC2B2AE3Du >> shift_;
        return (neighbours_[bit >> 6] >> (bit & 63) & 1) != 0;
    }
    bool isUnused(int32_t symbol) const { return anyUnused_ && symbol >= 0 && symbol < pieces_->size()
            && pieces_->at(symbol).type == PieceType::Unused; }
    // Bytes of a symbol's text.
    int32_t lengthOf(int32_t symbol) const {
        return symbol < pieces_->size() ? static_cast<int32_t>(pieces_->at(symbol).text.size()) : merges_.lengthOfCharacter(symbol);
    }
    template <typename Visit>
    void visitSymbol(Merger::Symbol symbol, size_t to, Scratch& scratch, Visit& visit) const;

    const Pieces* pieces_;
    PieceMerges merges_;
    bool anyUnused_;
    // Which characters stand side by side in some piece. A set of hashes: it may say yes too often, which costs time only.
    std::vector<uint64_t> neighbours_;
    int shift_;
    std::vector<uint8_t> makesItself_;
};

template <typename Visit>
void Segmenter::visitSymbol(Merger::Symbol symbol, size_t to, Scratch& scratch, Visit& visit) const {
    if (!isUnused(symbol.id)) {
        visit(symbol.id < pieces_->size() ? symbol.id : -1, static_cast<size_t>(symbol.start), to);
        return;
    }
    scratch.stack_.assign(1, symbol);
    while (!scratch.stack_.empty()) {
        Merger::Symbol top = scratch.stack_.back();
        scratch.stack_.pop_back();
        size_t end = scratch.stack_.empty() ? to : static_cast<size_t>(scratch.stack_.back().start);
        auto made = isUnused(top.id) ? scratch.parts_.find(top.id) : scratch.parts_.end();
        if (made == scratch.parts_.end()) {
            visit(top.id < pieces_->size() ? top.id : -1, static_cast<size_t>(top.start), end);
        } else {
            scratch.stack_.push_back({made->second[1], top.start + lengthOf(made->second[0])});
            scratch.stack_.push_back({made->second[0], top.start});
        }
    }
}

template <typename Visit>
void Segmenter::cut(std::string_view text, size_t from, size_t to, Scratch& scratch, Visit&& visit) const {
    std::string_view run = text.substr(0, to);
    while (from < to) {
        scratch.symbols.clear();
        size_t at = from;
        Character now = characterAt(run, at);
        while (true) {
            bool valid = now.value != Character::INVALID;
            scratch.symbols.push_back({valid ? merges_.symbolOf(now.value) : Merger::UNKNOWN, static_cast<int32_t>(at)});
            at += now.length;
            if (at == to) {
                break;
            }
            Character next = characterAt(run, at);
            if (!mayJoin(now.value, next.value)) {
                break;
            }
            now = next;
        }
        int32_t id = scratch.symbols.size() == 1 ? -1 : pieces_->id(run.substr(from, at - from));
        if (id >= 0 && makesItself_[static_cast<size_t>(id)] != 0) {
            visit(id, from, at);
        } else {
            scratch.parts_.clear();
            scratch.merge();
            for (size_t i = 0; i < scratch.symbols.size(); i++) {
                size_t end = i + 1 < scratch.symbols.size() ? static_cast<size_t>(scratch.symbols[i + 1].start) : at;
                visitSymbol(scratch.symbols[i], end, scratch, visit);
            }
        }
        from = at;
    }
}

}  // namespace llmsys
