#include "engine/tokenizer/bytepair/scanner.h"

#include "engine/tokenizer/bytepair/scanning.h"

namespace llmsys {

using namespace characters;

namespace {

constexpr size_t NO_WORD = SIZE_MAX;

// Of o200k: the first that matches of U*L+ at `from`, U*L+ one character earlier when that one, `before`, is a mark, and U+L* at `from`.
size_t wordEnd(const uint8_t* text, size_t from, size_t to, uint32_t before) {
    size_t at = from;
    size_t afterBoth = NO_WORD;
    while (at < to) {
        Scanned next = scan(text, at, to);
        if ((next.classes & UPPER) == 0) {
            break;
        }
        at += next.length;
        if ((next.classes & LOWER) != 0) {
            afterBoth = at;
        }
    }
    size_t lower = runOf(LOWER, text, at, to);
    if (lower > at) {
        return lower;
    }
    if (afterBoth != NO_WORD) {
        return afterBoth;                   // L+ must have one character: U* gives back as far as the last that is both
    }
    if ((before & LOWER) != 0) {
        return from;
    }
    return at > from ? at : NO_WORD;
}

}  // namespace

size_t Gpt2Scanner::end(const uint8_t* text, size_t from, size_t to) const {
    size_t contraction = contractionEnd(text, from, to, false);
    if (contraction > from) {
        return contraction;
    }
    Scanned first = scan(text, from, to);
    size_t start = from;
    if (text[from] == ' ' && from + 1 < to) {
        Scanned second = scan(text, from + 1, to);
        if ((second.classes & SPACE) == 0) {
            first = second;
            start = from + 1;
        }
    }
    size_t afterFirst = start + first.length;
    if ((first.classes & LETTER) != 0) {
        return runOf(LETTER, text, afterFirst, to);
    }
    if ((first.classes & NUMBER) != 0) {
        return runOf(NUMBER, text, afterFirst, to);
    }
    return (first.classes & SPACE) == 0 ? runOfOther(text, afterFirst, to) : whiteSpaceEnd(text, from, to);
}

size_t Cl100kScanner::end(const uint8_t* text, size_t from, size_t to) const {
    size_t contraction = contractionEnd(text, from, to, true);
    if (contraction > from) {
        return contraction;
    }
    Scanned first = scan(text, from, to);
    size_t second = from + first.length;
    if ((first.classes & LETTER) != 0) {
        return runOf(LETTER, text, second, to);
    }
    if ((first.classes & NUMBER) != 0) {
        return numberEnd(text, from, to, digits_);
    }
    Scanned next = second < to ? scan(text, second, to) : Scanned{SPACE, 0};
    if ((first.classes & NEWLINE) == 0 && (next.classes & LETTER) != 0) {
        return runOf(LETTER, text, second + next.length, to);
    }
    if ((first.classes & NOT_OTHER) == 0 || (text[from] == ' ' && (next.classes & NOT_OTHER) == 0)) {
        return runOf(NEWLINE, text, runOfOther(text, second, to), to);
    }
    return whiteSpaceEndWithLines(text, from, to, wholeAtEnd_);
}

size_t O200kScanner::end(const uint8_t* text, size_t from, size_t to) const {
    Scanned first = scan(text, from, to);
    size_t second = from + first.length;
    bool maybePrefix = (first.classes & (LETTER | NUMBER | NEWLINE)) == 0;
    size_t word = maybePrefix ? wordEnd(text, second, to, first.classes) : wordEnd(text, from, to, 0);
    if (word != NO_WORD) {
        return contractions_ && word < to ? contractionEnd(text, word, to, true) : word;
    }
    if ((first.classes & NUMBER) != 0) {
        return numberEnd(text, from, to, digits_);
    }
    bool blankBefore = text[from] == ' ' && second < to && (scan(text, second, to).classes & NOT_OTHER) == 0;
    if ((first.classes & NOT_OTHER) == 0 || blankBefore) {
        size_t at = runOfOther(text, second, to);
        while (at < to && (text[at] == '\r' || text[at] == '\n' || text[at] == '/')) {
            at++;
        }
        return at;
    }
    return whiteSpaceEndWithLines(text, from, to, false);
}

}  // namespace llmsys
