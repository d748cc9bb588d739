#include "engine/tokenizer/unicode/normal_form.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "engine/tokenizer/unicode/tables.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

// Hangul syllables are composed by arithmetic: leading consonant, vowel, trailing consonant.
constexpr uint32_t SYLLABLE = 0xAC00, LEAD = 0x1100, VOWEL = 0x1161, TRAIL = 0x11A7, LEADS = 19, VOWELS = 21, TRAILS = 28;

// A byte that is no character travels as this much above its value.
constexpr uint32_t RAW = 0x200000;

struct Mark {
    uint32_t character;
    uint32_t combining;
};

struct Compositions {
    std::unordered_map<uint64_t, uint32_t> pairs;

    Compositions() {
        for (uint32_t i = 0; i < UNICODE_DECOMPOSITIONS_COUNT; i += 3) {
            const uint32_t* entry = UNICODE_DECOMPOSITIONS + i;
            if (entry[0] >> 31 == 0) {
                pairs.emplace(static_cast<uint64_t>(entry[1]) << 32 | entry[2], entry[0]);
            }
        }
    }

    // 0 when the two stay two
    uint32_t of(uint32_t first, uint32_t second) const {
        if (first - LEAD < LEADS && second - VOWEL < VOWELS) {
            return SYLLABLE + ((first - LEAD) * VOWELS + second - VOWEL) * TRAILS;
        }
        bool open = first - SYLLABLE < LEADS * VOWELS * TRAILS && (first - SYLLABLE) % TRAILS == 0;
        if (open && second - TRAIL - 1 < TRAILS - 1) {
            return first + second - TRAIL;
        }
        auto found = pairs.find(static_cast<uint64_t>(first) << 32 | second);
        return found == pairs.end() ? 0 : found->second;
    }
};

uint32_t combiningClass(uint32_t character) {
    if (character < 0x300 || character >= 0x110000) {
        return 0;
    }
    const uint32_t* end = UNICODE_COMBINING + UNICODE_COMBINING_COUNT;
    return std::upper_bound(UNICODE_COMBINING, end, character << 8 | 0xFF)[-1] & 0xFF;
}

// Decompositions nest at most four deep, and only in their first part.
void decompose(uint32_t character, std::vector<Mark>& into) {
    uint32_t seconds[8];
    int count = 0;
    if (character - SYLLABLE < LEADS * VOWELS * TRAILS) {
        uint32_t index = character - SYLLABLE;
        if (index % TRAILS > 0) {
            seconds[count++] = TRAIL + index % TRAILS;
        }
        seconds[count++] = VOWEL + index / TRAILS % VOWELS;
        character = LEAD + index / TRAILS / VOWELS;
    }
    while (character >= 0xC0 && count < 8) {
        uint32_t low = 0;
        uint32_t high = UNICODE_DECOMPOSITIONS_COUNT / 3;
        while (low < high) {
            uint32_t middle = (low + high) / 2;
            (UNICODE_DECOMPOSITIONS[3 * middle] & 0x7FFFFFFF) < character ? low = middle + 1 : high = middle;
        }
        const uint32_t* entry = UNICODE_DECOMPOSITIONS + 3 * low;
        if (3 * low == UNICODE_DECOMPOSITIONS_COUNT || (entry[0] & 0x7FFFFFFF) != character) {
            break;
        }
        if (entry[2] != 0) {
            seconds[count++] = entry[2];
        }
        character = entry[1];
    }
    into.push_back({character, combiningClass(character)});
    while (count > 0) {
        uint32_t second = seconds[--count];
        into.push_back({second, combiningClass(second)});
    }
}

void sortMarks(std::vector<Mark>& text) {
    for (size_t at = 0; at < text.size();) {
        size_t end = at;
        while (end < text.size() && text[end].combining != 0) {
            end++;
        }
        std::stable_sort(text.begin() + static_cast<ptrdiff_t>(at), text.begin() + static_cast<ptrdiff_t>(end),
                         [](const Mark& a, const Mark& b) { return a.combining < b.combining; });
        at = end + 1;
    }
}

void compose(std::vector<Mark>& text) {
    static const Compositions compositions;
    size_t starter = text.size();
    size_t out = 0;
    for (size_t at = 0; at < text.size(); at++) {
        Mark now = text[at];
        if (starter < out) {
            bool beside = out == starter + 1;
            bool blocked = !beside && text[out - 1].combining >= now.combining;
            uint32_t one = blocked ? 0 : compositions.of(text[starter].character, now.character);
            if (one != 0) {
                text[starter].character = one;
                continue;
            }
        }
        if (now.combining == 0) {
            starter = out;
        }
        text[out++] = now;
    }
    text.resize(out);
}

}  // namespace

bool isPlainlyComposed(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) >= 0xCC; });
}

std::string composed(std::string_view text) {
    if (isPlainlyComposed(text)) {
        return std::string(text);
    }
    std::vector<Mark> characters;
    characters.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        Character next = characterAt(text, at);
        if (next.value == Character::INVALID) {
            characters.push_back({RAW + static_cast<uint8_t>(text[at]), 0});
        } else {
            decompose(next.value, characters);
        }
        at += next.length;
    }
    sortMarks(characters);
    compose(characters);
    std::string out;
    out.reserve(text.size());
    for (const Mark& mark : characters) {
        if (mark.character >= RAW) {
            out += static_cast<char>(mark.character - RAW);
        } else {
            appendCharacter(out, mark.character);
        }
    }
    return out;
}

}  // namespace llmsys
