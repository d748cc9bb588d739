// What the tokenizers ask of a character (Unicode 16), and characters in UTF-8 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmsys {

// General categories, in the order of the table.
enum class Category : uint8_t {
    Cn, Lu, Ll, Lt, Lm, Lo, Mn, Mc, Me, Nd, Nl, No, Pc, Pd, Ps, Pe, Pi, Pf, Po, Sm, Sc, Sk, So, Zs, Zl, Zp, Cc, Cf, Cs, Co
};

// Classes of characters; a character may have several.
//
//   LETTER  \p{L}        NUMBER  \p{N}        SPACE  \s (White_Space)        NEWLINE  \r or \n
//   UPPER   Lu Lt Lm Lo M    LOWER   Ll Lm Lo M    (the two halves of a word in o200k; letters without case and marks are both)
namespace characters {
constexpr uint32_t LETTER = 1, NUMBER = 2, SPACE = 4, NEWLINE = 8, UPPER = 16, LOWER = 32, MARK = 64, PUNCTUATION = 128, SYMBOL = 256;
// No letter, number or white space: [^\s\p{L}\p{N}]
constexpr uint32_t NOT_OTHER = LETTER | NUMBER | SPACE;
}

Category categoryOf(uint32_t character);
uint32_t classOf(uint32_t character);
// \w of Unicode's regular expressions: letters, marks, decimal digits, letter numbers, connectors, the two joiners, circled letters.
bool isWordCharacter(uint32_t character);
inline bool isWhiteSpace(uint32_t character) { return (classOf(character) & characters::SPACE) != 0; }

// One character of UTF-8 bytes. A byte that begins none stands for itself: length 1, no class, value INVALID.
struct Character {
    static constexpr uint32_t INVALID = 0xFFFFFFFF;
    uint32_t value;
    uint32_t length;
};

// The character that begins at `from`, which is before `to`.
inline Character characterAt(const uint8_t* text, size_t from, size_t to) {
    uint8_t lead = text[from];
    if (lead < 0x80) {
        return {lead, 1};
    }
    uint32_t length = (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 1;
    if (length == 1 || length > to - from) {
        return {Character::INVALID, 1};
    }
    uint32_t value = lead & (0x7Fu >> length);
    for (uint32_t i = 1; i < length; i++) {
        uint8_t next = text[from + i];
        if ((next & 0xC0) != 0x80) {
            return {Character::INVALID, 1};
        }
        value = value << 6 | (next & 0x3Fu);
    }
    bool overlong = value < (length == 2 ? 0x80u : length == 3 ? 0x800u : 0x10000u);
    return overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000) ? Character{Character::INVALID, 1} : Character{value, length};
}
inline Character characterAt(std::string_view text, size_t from) {
    return characterAt(reinterpret_cast<const uint8_t*>(text.data()), from, text.size());
}
// The character that ends at `end`, which is not 0.
Character characterBefore(std::string_view text, size_t end);

void appendCharacter(std::string& text, uint32_t character);
bool isUtf8(std::string_view text);

}  // namespace llmsys
