#include "engine/tokenizer/sentencepiece/segmenter.h"

namespace llmsys {

Segmenter::Scratch::Scratch(const Segmenter& owner) : Merger(owner.merges_.table()), owner_(owner) { watched_ = owner.anyUnused_; }

void Segmenter::Scratch::found(int32_t left, int32_t right, int32_t id) {
    if (owner_.isUnused(id)) {
        parts_[id] = {left, right};
    }
}

Segmenter::Segmenter(const Pieces& pieces, PieceMerges merges)
        : pieces_(&pieces), merges_(std::move(merges)), anyUnused_(pieces.has(PieceType::Unused)),
                makesItself_(static_cast<size_t>(pieces.size()), 0) {
    int log = 14;
    while (log < 24 && (1 << log) < 64 * static_cast<int64_t>(pieces.size())) {
        log++;
    }
    shift_ = 32 - log;
    neighbours_.assign(size_t{1} << (log - 6), 0);
    for (int32_t id = 0; id < pieces.size(); id++) {
        const std::string& text = pieces.at(id).text;
        uint32_t before = Character::INVALID;
        for (size_t at = 0; at < text.size();) {
            Character next = characterAt(text, at);
            if (at > 0) {
                size_t bit = (before * 0x9E3779B1u ^ next.value * 0x85EBCA77u) * 0xC2B2AE3Du >> shift_;
                neighbours_[bit >> 6] |= uint64_t{1} << (bit & 63);
            }
            before = next.value;
            at += next.length;
        }
    }
    Scratch scratch(*this);
    for (int32_t id = 0; id < pieces.size(); id++) {
        const std::string& text = pieces.at(id).text;
        if (pieces.at(id).type != PieceType::Normal) {
            continue;
        }
        bool itself = false;
        cut(text, 0, text.size(), scratch, [&](int32_t made, size_t, size_t) { itself = made == id; });
        makesItself_[static_cast<size_t>(id)] = itself;
    }
}

}  // namespace llmsys
