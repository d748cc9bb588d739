// What the scanners share: runs of a class, white space, contractions, groups of digits.
#pragma once

#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

// The class of the character that begins here, and its bytes.
struct Scanned {
    uint32_t classes;
    uint32_t length;
};

inline Scanned scan(const uint8_t* text, size_t from, size_t to) {
    Character character = characterAt(text, from, to);
    return {character.value == Character::INVALID ? 0 : classOf(character.value), character.length};
}

// The end of the run of characters from `at` on with one of the classes.
size_t runOf(uint32_t classes, const uint8_t* text, size_t at, size_t to);
// The end of the run of characters that are neither letter, number nor white space.
size_t runOfOther(const uint8_t* text, size_t at, size_t to);
// \p{N}{1,most}
size_t numberEnd(const uint8_t* text, size_t from, size_t to, int most);

// \s+(?!\S)|\s+ at white space: the last one is left for the word that follows.
size_t whiteSpaceEnd(const uint8_t* text, size_t from, size_t to);
// \s*[\r\n]+|\s+(?!\S)|\s+ at white space: up to the run's last line end, if it has one. wholeAtEnd: \s+\z comes first.
size_t whiteSpaceEndWithLines(const uint8_t* text, size_t from, size_t to, bool wholeAtEnd);

// The end of 's 't 're 've 'm 'll 'd at `from`, or `from`. In any case: Unicode's folding makes the long s (U+017F) an s.
size_t contractionEnd(const uint8_t* text, size_t from, size_t to, bool anyCase);

}  // namespace llmsys
