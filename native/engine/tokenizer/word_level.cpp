#include "engine/tokenizer/word_level.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

constexpr const char* UNKNOWN = "<unk>";

void requireText(std::string_view text) {
    if (!isUtf8(text)) {
        throw Error(LLS_INVALID, "cannot learn a vocabulary", "the text is not UTF-8", "give a text in UTF-8");
    }
}

[[noreturn]] void refuseEmpty(const char* of) {
    throw Error(LLS_INVALID, "cannot learn a vocabulary", std::string("the text has no ") + of, "give a longer text");
}

// visit(from, to) for each word
template <typename Visit>
void eachWord(std::string_view text, size_t from, size_t to, Visit&& visit) {
    size_t begin = from;
    for (size_t at = from; at < to;) {
        Character next = characterAt(text.substr(0, to), at);
        if (next.value != Character::INVALID && isWhiteSpace(next.value)) {
            if (begin < at) {
                visit(begin, at);
            }
            begin = at + next.length;
        }
        at += next.length;
    }
    if (begin < to) {
        visit(begin, to);
    }
}

}  // namespace

WhitespaceTokenizer::WhitespaceTokenizer(const WordLevelForm& form)
        : tokens_(form.tokens), added_(form.added), unknown_(form.unknown), end_(form.end) {}

std::shared_ptr<const Tokenizer> WhitespaceTokenizer::learned(std::string_view text) {
    requireText(text);
    std::unordered_map<std::string_view, int64_t> counts;
    eachWord(text, 0, text.size(), [&](size_t from, size_t to) { counts[text.substr(from, to - from)]++; });
    if (counts.empty()) {
        refuseEmpty("words");
    }
    counts.erase(UNKNOWN);
    if (static_cast<int64_t>(counts.size()) >= MOST_TOKENS) {
        throw Error(LLS_INVALID, "cannot learn a vocabulary of " + std::to_string(counts.size()) + " words", std::to_string(MOST_TOKENS)
                    + " are possible",
                    "give a shorter text");
    }
    std::vector<std::pair<std::string_view, int64_t>> words(counts.begin(), counts.end());
    std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second
            : a.first < b.first; });
    WordLevelForm form{{UNKNOWN}, {{0, UNKNOWN, true}}, 0, -1};
    for (const auto& word : words) {
        form.tokens.emplace_back(word.first);
    }
    return std::make_shared<WhitespaceTokenizer>(form);
}

void WhitespaceTokenizer::encode(std::string_view text, bool special, std::vector<int32_t>& ids) const {
    for (const AddedTokens::Run& run : added_.split(text, special)) {
        if (run.id >= 0) {
            ids.push_back(run.id);
            continue;
        }
        eachWord(text, run.begin, run.end, [&](size_t from, size_t to) { 
            int32_t id = tokens_.id(text.substr(from, to - from));
            ids.push_back(id < 0 ? unknown_ : id);
        });
    }
}

void WhitespaceTokenizer::decodeNext(int32_t id, Place& place, std::string& bytes) const {
    if (!tokens_.has(id)) {
        refuseId(id, vocabSize());
    }
    bytes += place.begun ? " " : "";
    bytes += tokens_.bytes(id);
    place.begun = true;
}

CharTokenizer::CharTokenizer(const WordLevelForm& form) : tokens_(form.tokens), added_(form.added), unknown_(form.unknown), end_(form.end) {}

std::shared_ptr<const Tokenizer> CharTokenizer::learned(std::string_view text) {
    requireText(text);
    std::vector<uint8_t> seen(0x110000, 0);
    for (size_t at = 0; at < text.size();) {
        Character next = characterAt(text, at);
        seen[next.value] = 1;
        at += next.length;
    }
    WordLevelForm form;
    for (uint32_t c = 0; c < seen.size(); c++) {
        if (seen[c] != 0) {
            form.tokens.emplace_back();
            appendCharacter(form.tokens.back(), c);
        }
    }
    if (form.tokens.empty()) {
        refuseEmpty("characters");
    }
    return std::make_shared<CharTokenizer>(form);
}

void CharTokenizer::encode(std::string_view text, bool special, std::vector<int32_t>& ids) const {
    for (const AddedTokens::Run& run : added_.split(text, special)) {
        if (run.id >= 0) {
            ids.push_back(run.id);
        } else {
            encodeRun(text, run.begin, run.end, ids);
        }
    }
}

void CharTokenizer::encodeRun(std::string_view text, size_t from, size_t to, std::vector<int32_t>& ids) const {
    for (size_t at = from; at < to;) {
        Character character = characterAt(text.substr(0, to), at);
        int32_t id = tokens_.id(text.substr(at, character.length));
        if (id < 0 && unknown_ < 0) {
            char name[16];
            bool valid = character.value != Character::INVALID;
            std::snprintf(name, sizeof name, valid ? "U+%04X" : "0x%02X", valid ? static_cast<unsigned>(character.value)
                          : static_cast<uint8_t>(text[at]));
            throw Error(LLS_INVALID, std::string("the tokenizer has no token for the ") + (valid ? "character " : "byte ") + name,
                        "it stands at byte " + std::to_string(at) + ", and a char tokenizer knows only the " + std::to_string(vocabSize())
                        + " characters of its training text",
                        "leave the character out, or train a model on a text that has it");
        }
        ids.push_back(id < 0 ? unknown_ : id);
        at += character.length;
    }
}

void CharTokenizer::decodeNext(int32_t id, Place& place, std::string& bytes) const {
    if (!tokens_.has(id)) {
        refuseId(id, vocabSize());
    }
    bytes += tokens_.bytes(id);
    place.begun = true;
}

}  // namespace llmsys
