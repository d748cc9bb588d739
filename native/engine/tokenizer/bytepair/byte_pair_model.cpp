#include "engine/tokenizer/bytepair/byte_pair_model.h"

#include <algorithm>
#include <cstdio>

#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

namespace {

// Every token of a rank file is cut at every place; published files need a hundredth of this.
constexpr int64_t MOST_WORK = int64_t{1} << 28;

}  // namespace

BytePairModel::BytePairModel(const std::vector<std::string>& tokens, MergeTable merges)
        : tokens_(tokens), merges_(std::move(merges)), whole_(tokens.size(), 0) {
    for (int b = 0; b < 256; b++) {
        char byte = static_cast<char>(b);
        byteIds_[static_cast<size_t>(b)] = tokens_.id(std::string_view(&byte, 1));
    }
}

BytePairModel BytePairModel::ofRules(const std::vector<std::string>& tokens, const std::vector<Rule>& rules, bool anyWhole) {
    MergeTable table(static_cast<int64_t>(rules.size()));
    for (size_t rank = 0; rank < rules.size(); rank++) {
        if (!table.put(rules[rank].left, rules[rank].right, static_cast<int32_t>(rank), rules[rank].id)) {
            refuseTokenizer("merge " + std::to_string(rank) + " stands in it before, of the tokens " + std::to_string(rules[rank].left) + " and "
                            + std::to_string(rules[rank].right));
        }
    }
    BytePairModel model(tokens, std::move(table));
    Merger merger = model.merger();
    std::vector<int32_t> made;
    for (int32_t id = 0; id < model.tokens_.size(); id++) {
        std::string_view bytes = model.tokens_.bytes(id);
        if (anyWhole || bytes.empty()) {
            model.whole_[static_cast<size_t>(id)] = !bytes.empty();
            continue;
        }
        made.clear();
        size_t missing = model.merge(reinterpret_cast<const uint8_t*>(bytes.data()), 0, bytes.size(), merger, made);
        model.whole_[static_cast<size_t>(id)] = missing == SIZE_MAX && made.size() == 1 && made[0] == id;
    }
    return model;
}

BytePairModel BytePairModel::ofRanks(const std::vector<std::string>& tokens) {
    TokenBytes lookup(tokens);
    MergeTable table(static_cast<int64_t>(tokens.size()) * 2);
    int64_t work = 0;
    for (size_t id = 0; id < tokens.size(); id++) {
        std::string_view token = tokens[id];
        work += static_cast<int64_t>(token.size() * token.size());
        if (work > MOST_WORK || table.size() > 2 * MOST_MERGES) {
            refuseTokenizer("its tokens are much longer than those of any plan");
        }
        for (size_t cut = 1; cut < token.size(); cut++) {
            int32_t left = lookup.id(token.substr(0, cut));
            int32_t right = left < 0 ? -1 : lookup.id(token.substr(cut));
            if (right >= 0) {
                table.put(left, right, static_cast<int32_t>(id), static_cast<int32_t>(id));
            }
        }
    }
    BytePairModel model(tokens, std::move(table));
    for (size_t id = 0; id < tokens.size(); id++) {
        model.whole_[id] = !tokens[id].empty();
    }
    return model;
}

bool BytePairModel::hasAllBytes() const {
    return std::all_of(byteIds_.begin(), byteIds_.end(), [](int32_t id) { return id >= 0; });
}

size_t BytePairModel::merge(const uint8_t* text, size_t from, size_t to, Merger& merger, std::vector<int32_t>& ids) const {
    std::vector<Merger::Symbol>& symbols = merger.symbols;
    symbols.clear();
    for (size_t at = from; at < to; at++) {
        int32_t id = byteIds_[text[at]];
        if (id < 0) {
            return at;
        }
        symbols.push_back({id, 0});
    }
    merger.merge();
    for (const Merger::Symbol& symbol : symbols) {
        ids.push_back(symbol.id);
    }
    return SIZE_MAX;
}

void BytePairModel::encode(const Cut& cut, std::string_view text, Merger& merger, std::vector<int32_t>& ids) const {
    if (text.size() > INT32_MAX) {
        throw Error(LLS_INVALID, "cannot encode a text of " + std::to_string(text.size()) + " bytes", "2 GiB are possible", "encode it in parts");
    }
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(text.data());
    cut.forEach(bytes, 0, text.size(), [&](size_t from, size_t to) {
        int32_t id = tokens_.id(text.substr(from, to - from));
        if (id >= 0 && whole_[static_cast<size_t>(id)] != 0) {
            ids.push_back(id);
            return;
        }
        size_t missing = merge(bytes, from, to, merger, ids);
        if (missing != SIZE_MAX) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "0x%02X", bytes[missing]);
            throw Error(LLS_INVALID, std::string("the tokenizer has no token for the byte ") + hex,
                        "its vocabulary does not hold all 256 bytes, and this one stands at byte " + std::to_string(missing),
                        "leave the character out, or use a tokenizer with all bytes");
        }
    });
}

}  // namespace llmsys
