#include "engine/tokenizer/unicode/unicode.h"

#include <algorithm>
#include <array>

#include "engine/tokenizer/unicode/tables.h"

namespace llmsys {

namespace {

constexpr uint32_t BASIC_PLANE = 0x10000;

uint32_t computeClass(Category category, uint32_t character) {
    using namespace characters;
    switch (category) {
        case Category::Lu: case Category::Lt: return LETTER | UPPER;
        case Category::Ll: return LETTER | LOWER;
        case Category::Lm: case Category::Lo: return LETTER | UPPER | LOWER;
        case Category::Mn: case Category::Mc: case Category::Me: return UPPER | LOWER | MARK;
        case Category::Nd: case Category::Nl: case Category::No: return NUMBER;
        case Category::Pc: case Category::Pd: case Category::Ps: case Category::Pe: case Category::Pi: case Category::Pf: case Category::Po:
            return PUNCTUATION;
        case Category::Sm: case Category::Sc: case Category::Sk: case Category::So: return SYMBOL;
        case Category::Zs: case Category::Zl: case Category::Zp: return SPACE;
        default: return character == '\n' || character == '\r' ? SPACE | NEWLINE : (character >= 9 && character <= 13) || character == 0x85 ? SPACE
                : 0;
    }
}

Category find(uint32_t character) {
    const uint32_t* end = UNICODE_CATEGORIES + UNICODE_CATEGORIES_COUNT;
    const uint32_t* after = std::upper_bound(UNICODE_CATEGORIES, end, character << 8 | 0xFF);
    return static_cast<Category>(after[-1] & 0xFF);
}

// The classes of the Basic Multilingual Plane, where nearly all text is.
struct BasicPlane {
    std::array<uint16_t, BASIC_PLANE> classes{};

    BasicPlane() {
        for (uint32_t i = 0; i < UNICODE_CATEGORIES_COUNT; i++) {
            uint32_t end = i + 1 < UNICODE_CATEGORIES_COUNT ? UNICODE_CATEGORIES[i + 1] >> 8 : BASIC_PLANE;
            for (uint32_t c = UNICODE_CATEGORIES[i] >> 8; c < std::min(end, BASIC_PLANE); c++) {
                classes[c] = static_cast<uint16_t>(computeClass(static_cast<Category>(UNICODE_CATEGORIES[i] & 0xFF), c));
            }
        }
    }
};

}  // namespace

Category categoryOf(uint32_t character) { return character < 0x110000 ? find(character) : Category::Cn; }

uint32_t classOf(uint32_t character) {
    static const BasicPlane plane;
    if (character < BASIC_PLANE) {
        return plane.classes[character];
    }
    return computeClass(categoryOf(character), character);
}

bool isWordCharacter(uint32_t c) {
    using namespace characters;
    if ((classOf(c) & (LETTER | MARK)) != 0 || c == 0x200C || c == 0x200D) {
        return true;
    }
    Category category = categoryOf(c);
    bool circled = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
    return category == Category::Nd || category == Category::Nl || category == Category::Pc || circled;
}

Character characterBefore(std::string_view text, size_t end) {
    for (size_t length = 1; length <= 4 && length <= end; length++) {
        Character found = characterAt(text.substr(0, end), end - length);
        if (found.value != Character::INVALID) {
            return found.length == length ? found : Character{Character::INVALID, 1};
        }
    }
    return {Character::INVALID, 1};
}

void appendCharacter(std::string& text, uint32_t c) {
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c < 0x800) {
        text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
        text += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
        text += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                 static_cast<char>(0x80 | (c & 0x3F))};
    }
}

bool isUtf8(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        Character next = characterAt(text, at);
        if (next.value == Character::INVALID) {
            return false;
        }
        at += next.length;
    }
    return true;
}

}  // namespace llmsys
