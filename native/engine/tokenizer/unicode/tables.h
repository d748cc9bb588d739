// The data behind unicode.h and normal_form.h, ascending in the character.
#pragma once

#include <cstdint>

namespace llmsys {

// character << 8 | general category, where it changes
extern const uint32_t UNICODE_CATEGORIES[];
extern const uint32_t UNICODE_CATEGORIES_COUNT;
// character << 8 | canonical combining class, where it changes
extern const uint32_t UNICODE_COMBINING[];
extern const uint32_t UNICODE_COMBINING_COUNT;
// canonical decompositions in threes: character (bit 31: it is never composed again), first, second or 0
extern const uint32_t UNICODE_DECOMPOSITIONS[];
extern const uint32_t UNICODE_DECOMPOSITIONS_COUNT;

}  // namespace llmsys
