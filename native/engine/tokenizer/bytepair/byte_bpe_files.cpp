// Vocabularies with lists of merges: the pair of files of GPT-2, and GGUF.
#include "engine/tokenizer/bytepair/byte_bpe_files.h"

#include <algorithm>
#include <unordered_map>

#include "engine/tokenizer/bytepair/byte_alphabet.h"

namespace llmsys {

namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + "\""; }

void requireCount(size_t count, const char* of, int64_t least, int64_t most) {
    if (static_cast<int64_t>(count) < least || static_cast<int64_t>(count) > most) {
        refuseTokenizer("it has " + std::to_string(count) + " " + of + "; " + std::to_string(least) + " to " + std::to_string(most)
                        + " are possible");
    }
}

}  // namespace

std::pair<std::string, std::string> mergeParts(std::string_view merge) {
    size_t blank = merge.find(' ');
    if (blank == std::string_view::npos || blank == 0 || blank + 1 == merge.size() || merge.find(' ', blank + 1) != std::string_view::npos) {
        refuseTokenizer("the merge " + quoted(merge) + " is not two tokens with a blank between them");
    }
    return {std::string(merge.substr(0, blank)), std::string(merge.substr(blank + 1))};
}

BytePairModel byteModelOf(const NamedTokens& named, const std::vector<AddedToken>& added, bool anyWhole) {
    requireCount(named.vocabulary.size(), "tokens", 1, MOST_TOKENS);
    requireCount(named.merges.size(), "merges", 0, MOST_MERGES);
    std::unordered_map<std::string_view, int32_t> ids;
    ids.reserve(named.vocabulary.size());
    int32_t largest = 0;
    for (const auto& [token, id] : named.vocabulary) {
        if (!ids.emplace(token, id).second) {
            refuseTokenizer("the token " + quoted(token) + " stands in the vocabulary twice");
        }
        largest = std::max(largest, id);
    }
    std::unordered_map<int32_t, std::string_view> addedById;
    for (const AddedToken& token : added) {
        addedById.emplace(token.id, token.content);
        auto known = ids.find(token.content);
        if (known != ids.end() && known->second != token.id) {
            refuseTokenizer("the added token " + quoted(token.content) + " has the id " + std::to_string(token.id) + ", and "
                            + std::to_string(known->second)
                            + " in the vocabulary");
        }
    }
    std::vector<std::string> bytes(static_cast<size_t>(largest) + 1);
    std::vector<uint8_t> seen(bytes.size(), 0);
    for (const auto& [token, id] : named.vocabulary) {
        // an added token that is not written in the alphabet is no token of the model: it is found in the text only
        std::optional<std::string> read = fromByteAlphabet(token);
        auto isAdded = addedById.find(id);
        bool good = read && !read->empty() && static_cast<int64_t>(read->size()) <= LONGEST_TOKEN;
        if (!good && (isAdded == addedById.end() || isAdded->second != token)) {
            refuseTokenizer("the token " + quoted(token) + " is not written in the byte-level alphabet");
        }
        size_t place = static_cast<size_t>(id);
        if (seen[place] != 0) {
            refuseTokenizer("the id " + std::to_string(id) + " stands in the vocabulary twice");
        }
        seen[place] = 1;
        bytes[place] = read ? *read : "";
    }
    std::vector<BytePairModel::Rule> rules;
    rules.reserve(named.merges.size());
    auto idOf = [&](std::string_view token, size_t rank) {
        auto found = ids.find(token);
        if (found == ids.end()) {
            refuseTokenizer("merge " + std::to_string(rank) + " is about the token " + quoted(token) + ", which is not in the vocabulary");
        }
        return found->second;
    };
    for (size_t rank = 0; rank < named.merges.size(); rank++) {
        const auto& [left, right] = named.merges[rank];
        rules.push_back({idOf(left, rank), idOf(right, rank), idOf(left + right, rank)});
    }
    return BytePairModel::ofRules(bytes, rules, anyWhole);
}

std::shared_ptr<const Tokenizer> byteBpeOfVocabAndMerges(const Json& vocab, std::string_view merges) {
    NamedTokens named;
    std::vector<AddedToken> added;
    for (JsonMember member : vocab.root().members()) {
        int32_t id = static_cast<int32_t>(member.value.whole(0, MOST_TOKENS - 1));
        named.vocabulary.emplace_back(member.key, id);
        if (member.key == "<|endoftext|>") {
            added.push_back({id, "<|endoftext|>", true});
        }
    }
    for (size_t at = 0; at < merges.size();) {
        size_t end = std::min(merges.find('\n', at), merges.size());
        std::string_view line = merges.substr(at, end - at);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        bool head = named.merges.empty() && line.substr(0, 8) == "#version";
        if (line.find_first_not_of(" \t") != std::string_view::npos && !head) {
            named.merges.push_back(mergeParts(line));
        }
        at = end + 1;
    }
    ByteBpeText text;
    text.cut = Cut{CutStep::Gpt2};
    return std::make_shared<ByteBpe>(byteModelOf(named, added, false), std::move(text), added);
}

std::shared_ptr<const Tokenizer> byteBpeOfVocabulary(const TokenizerVocabulary& vocabulary) {
    constexpr int32_t CONTROL = 3, USER_DEFINED = 4;
    GgufCut cut = ggufCut(vocabulary.pre);
    if (vocabulary.addSpacePrefix.value_or(false)) {
        refuseUnknown("add_space_prefix", "true");
    }
    if (!vocabulary.types.empty() && vocabulary.types.size() != vocabulary.tokens.size()) {
        refuseTokenizer("it has " + std::to_string(vocabulary.tokens.size()) + " tokens and " + std::to_string(vocabulary.types.size())
                        + " token types");
    }
    NamedTokens named;
    std::vector<AddedToken> added;
    for (size_t id = 0; id < vocabulary.tokens.size(); id++) {
        named.vocabulary.emplace_back(vocabulary.tokens[id], static_cast<int32_t>(id));
        int32_t type = vocabulary.types.empty() ? 1 : vocabulary.types[id];
        if (type == CONTROL || type == USER_DEFINED) {
            added.push_back({static_cast<int32_t>(id), vocabulary.tokens[id], type == CONTROL});
        }
    }
    for (const std::string& merge : vocabulary.merges) {
        named.merges.push_back(mergeParts(merge));
    }
    int64_t size = static_cast<int64_t>(vocabulary.tokens.size());
    auto required = [size](const std::optional<int64_t>& id, const char* key) {
        if (!id || *id < 0 || *id >= size) {
            refuseTokenizer(std::string("its ") + key + " is not one of 0 to " + std::to_string(size - 1));
        }
        return static_cast<int32_t>(*id);
    };
    ByteBpeText text;
    text.cut = cut.cut;
    text.composes = cut.composes;
    if (vocabulary.addBegin.value_or(cut.begins)) {
        text.before.push_back(required(vocabulary.beginId, "bos_token_id"));
    }
    if (vocabulary.addEnd.value_or(false)) {
        text.after.push_back(required(vocabulary.endId, "eos_token_id"));
    }
    auto tokenizer = std::make_shared<ByteBpe>(byteModelOf(named, added, cut.anyWhole), std::move(text), added);
    if (vocabulary.endId && *vocabulary.endId >= 0 && *vocabulary.endId < size) {
        tokenizer->setEndOfText(static_cast<int32_t>(*vocabulary.endId));
    }
    return tokenizer;
}

}  // namespace llmsys
