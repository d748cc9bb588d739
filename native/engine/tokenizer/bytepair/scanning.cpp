#include "engine/tokenizer/bytepair/scanning.h"

namespace llmsys {

using namespace characters;

size_t runOf(uint32_t classes, const uint8_t* text, size_t at, size_t to) {
    while (at < to) {
        Scanned next = scan(text, at, to);
        if ((next.classes & classes) == 0) {
            break;
        }
        at += next.length;
    }
    return at;
}

size_t runOfOther(const uint8_t* text, size_t at, size_t to) {
    while (at < to) {
        Scanned next = scan(text, at, to);
        if ((next.classes & NOT_OTHER) != 0) {
            break;
        }
        at += next.length;
    }
    return at;
}

size_t numberEnd(const uint8_t* text, size_t from, size_t to, int most) {
    size_t at = from;
    for (int count = 0; count < most && at < to; count++) {
        Scanned next = scan(text, at, to);
        if ((next.classes & NUMBER) == 0) {
            break;
        }
        at += next.length;
    }
    return at;
}

size_t whiteSpaceEnd(const uint8_t* text, size_t from, size_t to) {
    size_t last = from;
    size_t at = from;
    while (at < to) {
        Scanned next = scan(text, at, to);
        if ((next.classes & SPACE) == 0) {
            return last == from ? at : last;
        }
        last = at;
        at += next.length;
    }
    return to;
}

size_t whiteSpaceEndWithLines(const uint8_t* text, size_t from, size_t to, bool wholeAtEnd) {
    size_t last = from;
    size_t afterLine = from;
    size_t at = from;
    while (at < to) {
        Scanned next = scan(text, at, to);
        if ((next.classes & SPACE) == 0) {
            break;
        }
        last = at;
        at += next.length;
        if ((next.classes & NEWLINE) != 0) {
            afterLine = at;
        }
    }
    if (at == to && wholeAtEnd) {
        return to;
    }
    if (afterLine > from) {
        return afterLine;
    }
    return at == to || last == from ? at : last;
}

size_t contractionEnd(const uint8_t* text, size_t from, size_t to, bool anyCase) {
    if (to - from < 2 || text[from] != '\'') {
        return from;
    }
    if (anyCase && to - from > 2 && text[from + 1] == 0xC5 && text[from + 2] == 0xBF) {
        return from + 3;
    }
    uint8_t fold = anyCase ? 0x20 : 0;
    uint8_t first = text[from + 1] | fold;
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
        return from + 2;
    }
    if (to - from < 3) {
        return from;
    }
    uint8_t second = text[from + 2] | fold;
    bool found = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
    return found ? from + 3 : from;
}

}  // namespace llmsys
