#include "engine/tokenizer/sentencepiece/character_map.h"

#include <algorithm>

#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

namespace {

constexpr size_t LARGEST = 16 << 20;
constexpr size_t DEEPEST = 256;
constexpr size_t LONGEST_REPLACEMENT = 256;
constexpr size_t LEAST_TREE = 1024;

uint32_t unitAt(std::string_view blob, size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        value |= static_cast<uint32_t>(static_cast<uint8_t>(blob[at + i])) << (8 * i);
    }
    return value;
}

size_t offsetOf(uint32_t unit) { return static_cast<size_t>(unit >> 10) << ((unit & 1u << 9) >> 6); }
uint32_t labelOf(uint32_t unit) { return unit & (1u << 31 | 0xFF); }

}  // namespace

CharacterMap::CharacterMap(std::string_view blob) {
    size_t size = blob.size() < 8 ? 0 : unitAt(blob, 0);
    if (blob.size() > LARGEST || size < LEAST_TREE || size % 4 != 0 || size >= blob.size() - 4 || blob.back() != '\0') {
        refuseTokenizer("its compiled character map has " + std::to_string(blob.size()) + " bytes, of which its tree claims " + std::to_string(size)
                        + "; a tree of at least " + std::to_string(LEAST_TREE) + " and ended texts must fit in");
    }
    for (size_t at = 4; at < 4 + size; at += 4) {
        units_.push_back(unitAt(blob, at));
    }
    texts_ = blob.substr(4 + size);
}

std::optional<CharacterMap::Match> CharacterMap::longest(std::string_view text, size_t at) const {
    size_t place = offsetOf(units_[0]);
    std::optional<Match> match;
    size_t end = std::min(text.size(), at + DEEPEST);
    for (size_t i = at; i < end; i++) {
        uint8_t byte = static_cast<uint8_t>(text[i]);
        place ^= byte;
        if (place >= units_.size() || labelOf(units_[place]) != byte) {
            break;
        }
        bool leaf = (units_[place] >> 8 & 1) != 0;
        place ^= offsetOf(units_[place]);
        if (leaf && place < units_.size()) {
            size_t begin = units_[place] & INT32_MAX;
            if (begin >= texts_.size()) {
                refuseTokenizer("its compiled character map has a replacement at " + std::to_string(begin) + " of " + std::to_string(texts_.size())
                                + " bytes");
            }
            std::string_view replacement = std::string_view(texts_).substr(begin, LONGEST_REPLACEMENT);
            match = Match{i + 1 - at, replacement.substr(0, replacement.find('\0'))};
        }
    }
    return match;
}

}  // namespace llmsys
