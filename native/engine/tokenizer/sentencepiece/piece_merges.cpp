#include "engine/tokenizer/sentencepiece/piece_merges.h"

#include <algorithm>

#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

// Every piece is cut at every character; published vocabularies need a hundredth of this.
constexpr int64_t MOST_WORK = int64_t{1} << 28;

}  // namespace

void PieceMerges::setSymbol(uint32_t character, int32_t symbol) {
    if (character < basic_.size()) {
        basic_[character] = symbol;
    } else {
        others_[character] = symbol;
    }
}

PieceMerges PieceMerges::byScore(const Pieces& pieces) {
    PieceMerges merges(pieces);
    for (int32_t id = 0; id < pieces.size(); id++) {
        const std::string& text = pieces.at(id).text;
        for (size_t at = 0; at < text.size() && Pieces::isText(pieces.at(id).type);) {
            Character next = characterAt(text, at);
            if (merges.symbolOf(next.value) < 0) {
                int32_t one = pieces.textId(std::string_view(text).substr(at, next.length));
                if (one < 0) {
                    one = pieces.size() + static_cast<int32_t>(merges.lengths_.size());
                    merges.lengths_.push_back(static_cast<int8_t>(next.length));
                }
                merges.setSymbol(next.value, one);
            }
            at += next.length;
        }
    }
    // user-defined pieces stand by themselves from the start and merge with nothing
    std::vector<int32_t> order;
    for (int32_t id = 0; id < pieces.size(); id++) {
        if (pieces.at(id).type == PieceType::Normal || pieces.at(id).type == PieceType::Unused) {
            order.push_back(id);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return pieces.at(a).score > pieces.at(b).score; });
    auto symbol = [&](std::string_view part) {
        int32_t id = pieces.textId(part);
        if (id >= 0) {
            return pieces.at(id).type == PieceType::UserDefined ? Merger::UNKNOWN : id;
        }
        Character first = characterAt(part, 0);
        return first.length == part.size() ? merges.symbolOf(first.value) : Merger::UNKNOWN;
    };
    int32_t rank = -1;
    int64_t work = 0;
    for (size_t i = 0; i < order.size(); i++) {
        std::string_view text = pieces.at(order[i]).text;
        rank += i == 0 || pieces.at(order[i]).score != pieces.at(order[i - 1]).score ? 1 : 0;
        work += static_cast<int64_t>(text.size() * text.size());
        if (work > MOST_WORK || merges.table_.size() > 2 * MOST_MERGES) {
            refuseTokenizer("its pieces are much longer than those of any vocabulary");
        }
        for (size_t cut = characterAt(text, 0).length; cut < text.size(); cut += characterAt(text, cut).length) {
            int32_t left = symbol(text.substr(0, cut));
            int32_t right = left < 0 ? Merger::UNKNOWN : symbol(text.substr(cut));
            if (right >= 0) {
                merges.table_.put(left, right, rank, order[i]);
            }
        }
    }
    return merges;
}

PieceMerges PieceMerges::inOrder(const Pieces& pieces, const std::vector<Rule>& rules) {
    PieceMerges merges(pieces);
    for (int32_t id = 0; id < pieces.size(); id++) {
        Character first = characterAt(pieces.at(id).text, 0);
        if (first.length == pieces.at(id).text.size()) {
            merges.setSymbol(first.value, id);
        }
    }
    merges.table_ = MergeTable(static_cast<int64_t>(rules.size()));
    for (size_t rank = 0; rank < rules.size(); rank++) {
        merges.table_.put(rules[rank].left, rules[rank].right, static_cast<int32_t>(rank), rules[rank].merged);
    }
    return merges;
}

}  // namespace llmsys
