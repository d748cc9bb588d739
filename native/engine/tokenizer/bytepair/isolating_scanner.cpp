#include "engine/tokenizer/bytepair/isolating_scanner.h"

#include <algorithm>
#include <cstring>

#include "engine/tokenizer/bytepair/scanning.h"

namespace llmsys {

size_t IsolatingScanner::end(const uint8_t* text, size_t from, size_t to) const {
    size_t end = match_(text, from, to);
    if (end > from) {
        return end;
    }
    size_t at = from;
    do {
        at += bytes_ ? 1 : characterAt(text, at, to).length;
    } while (at < to && match_(text, at, to) == at);
    return at;
}

namespace matches {

using namespace characters;

namespace {

// From one to `most` characters for which in() holds, and before them one for which optional() does, if there is one.
template <typename Optional, typename In>
size_t run(const uint8_t* text, size_t from, size_t to, int64_t most, Optional optional, In in) {
    size_t at = from;
    Character first = characterAt(text, at, to);
    at += optional(first.value) ? first.length : 0;
    size_t begin = at;
    for (int64_t count = 0; count < most && at < to; count++) {
        Character next = characterAt(text, at, to);
        if (!in(next.value)) {
            break;
        }
        at += next.length;
    }
    return at > begin ? at : from;
}

bool nothing(uint32_t) { return false; }
bool space(uint32_t c) { return c != Character::INVALID && (classOf(c) & SPACE) != 0; }
bool number(uint32_t c) { return c != Character::INVALID && (classOf(c) & NUMBER) != 0; }
bool letter(uint32_t c) { return c != Character::INVALID && (classOf(c) & LETTER) != 0; }
bool mark(uint32_t c) { return c != Character::INVALID && (classOf(c) & MARK) != 0; }
bool isPunctuation(uint32_t c) { return c != Character::INVALID && (classOf(c) & PUNCTUATION) != 0; }
bool isSign(uint32_t c) { return c != Character::INVALID && (classOf(c) & (PUNCTUATION | SYMBOL)) != 0; }
bool oneOf(const char* ascii, uint32_t c) { return c > 0 && c < 0x80 && std::strchr(ascii, static_cast<int>(c)) != nullptr; }
bool asciiLetter(uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

size_t eachNumber(const uint8_t* text, size_t from, size_t to) { return run(text, from, to, 1, nothing, number); }
size_t numbers(const uint8_t* text, size_t from, size_t to) { return run(text, from, to, INT64_MAX, nothing, number); }
size_t threeNumbers(const uint8_t* text, size_t from, size_t to) { return run(text, from, to, 3, nothing, number); }

size_t threeDigits(const uint8_t* text, size_t from, size_t to) {
    size_t end = run(text, from, to, 3, nothing, [](uint32_t c) { return c >= '0' && c <= '9'; });
    return end - from == 3 ? end : from;
}

// 0 to 9, and the bytes that stand as ² ³ ¹ ¼ ½ ¾.
size_t writtenNumbers(const uint8_t* text, size_t from, size_t to) {
    auto is = [](uint8_t b) { return (b >= '0' && b <= '9') || b == 0xB2 || b == 0xB3 || b == 0xB9 || (b >= 0xBC && b <= 0xBE); };
    size_t at = from;
    while (at < to && is(text[at])) {
        at++;
    }
    return at;
}

size_t punctuation(const uint8_t* text, size_t from, size_t to) {
    return run(text, from, to, INT64_MAX, nothing, [](uint32_t c) { return isPunctuation(c) || oneOf("$+<=>^`|~", c); });
}

size_t signsAndOperators(const uint8_t* text, size_t from, size_t to) {
    return run(text, from, to, INT64_MAX, nothing, [](uint32_t c) { return isPunctuation(c) || oneOf("$+<=>^|~", c); });
}

size_t bloom(const uint8_t* text, size_t from, size_t to) {
    auto in = [](uint32_t c) {
        switch (c) {
            case 0x2026: case 0x3002: case 0xFF0C: case 0x3001: case 0x0964: case 0x06D4: case 0x060C: return false;
            default: return !space(c) && !oneOf("(|.,!?)", c);
        }
    };
    return run(text, from, to, INT64_MAX, [](uint32_t c) { return c == ' '; }, in);
}

size_t lineEnd(const uint8_t* text, size_t from, size_t) { return text[from] == '\r' || text[from] == '\n' ? from + 1 : from; }
size_t letters(const uint8_t* text, size_t from, size_t to) { return run(text, from, to, INT64_MAX, space, letter); }
size_t signs(const uint8_t* text, size_t from, size_t to) { return run(text, from, to, INT64_MAX, space, isPunctuation); }

size_t ideographsAndHangul(const uint8_t* text, size_t from, size_t to) {
    return run(text, from, to, INT64_MAX, nothing, [](uint32_t c) { return (c >= 0x800 && c <= 0x9FA5) || (c >= 0xAC00 && c <= 0xD7FF); });
}

size_t ideographsAndKana(const uint8_t* text, size_t from, size_t to) {
    return run(text, from, to, INT64_MAX, nothing, [](uint32_t c) { return (c >= 0x4E00 && c <= 0x9FA5) || (c >= 0x3040 && c <= 0x30FF); });
}

size_t deepSeek(const uint8_t* text, size_t from, size_t to) {
    auto wordPart = [](uint32_t c) { return letter(c) || mark(c); };
    Character first = characterAt(text, from, to);
    uint32_t classes = first.value == Character::INVALID ? 0 : classOf(first.value);
    size_t second = from + first.length;
    uint32_t next = second < to ? characterAt(text, second, to).value : Character::INVALID;
    bool sign = isSign(first.value);
    if (sign && first.value < 0x80 && second < to && asciiLetter(text[second])) {
        size_t at = second;
        while (at < to && asciiLetter(text[at])) {
            at++;
        }
        return at;
    }
    if (wordPart(first.value) || ((classes & NEWLINE) == 0 && !sign && wordPart(next))) {
        return second == to ? to : std::max(second, run(text, second, to, INT64_MAX, nothing, wordPart));
    }
    if (sign || (first.value == ' ' && isSign(next))) {
        size_t at = second == to ? to : run(text, second, to, INT64_MAX, nothing, isSign);
        return runOf(NEWLINE, text, at, to);
    }
    return (classes & SPACE) != 0 ? whiteSpaceEndWithLines(text, from, to, false) : from;
}

}  // namespace matches

}  // namespace llmsys
