#include "engine/tokenizer/added_tokens.h"

#include <algorithm>

#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

bool besideWord(std::string_view text, size_t begin, size_t end) {
    return (begin > 0 && isWordCharacter(characterBefore(text, begin).value)) || (end < text.size() && isWordCharacter(characterAt(text, end).value));
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
    auto content = [](const AddedToken& a, const AddedToken& b) { return a.content < b.content; };
    std::stable_sort(tokens_.begin(), tokens_.end(), content);
    auto same = [](const AddedToken& a, const AddedToken& b) { return a.content == b.content; };
    tokens_.erase(std::unique(tokens_.begin(), tokens_.end(), same), tokens_.end());
    int firsts = 0;
    for (const AddedToken& token : tokens_) {
        if (token.content.empty() || static_cast<int64_t>(token.content.size()) > LONGEST_TOKEN) {
            refuseTokenizer("the added token " + std::to_string(token.id) + " is empty or longer than " + std::to_string(LONGEST_TOKEN) + " bytes");
        }
        uint8_t first = static_cast<uint8_t>(token.content[0]);
        firsts += firsts_[first] ? 0 : 1;
        firsts_[first] = true;
        onlyFirst_ = firsts == 1 ? first : -1;
    }
}

size_t AddedTokens::candidate(std::string_view text, size_t from) const {
    if (onlyFirst_ >= 0) {
        size_t found = text.find(static_cast<char>(onlyFirst_), from);
        return found == std::string_view::npos ? text.size() : found;
    }
    size_t at = from;
    while (at < text.size() && !firsts_[static_cast<uint8_t>(text[at])]) {
        at++;
    }
    return at;
}

// All tokens with the beginning seen so far, a byte at a time.
const AddedToken* AddedTokens::longestAt(std::string_view text, size_t at) const {
    const AddedToken* longest = nullptr;
    auto low = tokens_.begin();
    auto high = tokens_.end();
    for (size_t depth = 0; low != high; depth++) {
        if (low->content.size() == depth) {
            longest = &*low++;
        }
        if (at + depth == text.size()) {
            break;
        }
        uint8_t byte = static_cast<uint8_t>(text[at + depth]);
        auto before = [depth](const AddedToken& token, int value) { return static_cast<uint8_t>(token.content[depth]) < value; };
        low = std::lower_bound(low, high, static_cast<int>(byte), before);
        high = std::lower_bound(low, high, byte + 1, before);
    }
    return longest;
}

std::vector<AddedTokens::Run> AddedTokens::split(std::string_view text, bool special) const {
    std::vector<Run> runs;
    size_t plain = 0;
    size_t at = tokens_.empty() ? text.size() : candidate(text, 0);
    while (at < text.size()) {
        const AddedToken* token = longestAt(text, at);
        size_t end = at + (token == nullptr ? 1 : token->content.size());
        if (token != nullptr && (special || !token->special) && !(token->singleWord && besideWord(text, at, end))) {
            size_t from = at;
            size_t to = end;
            while (token->leftStrip && from > plain && isWhiteSpace(characterBefore(text, from).value)) {
                from -= characterBefore(text, from).length;
            }
            while (token->rightStrip && to < text.size() && isWhiteSpace(characterAt(text, to).value)) {
                to += characterAt(text, to).length;
            }
            if (plain < from) {
                runs.push_back({plain, from, -1});
            }
            runs.push_back({from, to, token->id});
            plain = to;
        }
        at = candidate(text, end);
    }
    if (plain < text.size()) {
        runs.push_back({plain, text.size(), -1});
    }
    return runs;
}

}  // namespace llmsys
