// How the numbers of a tensor in a file are stored: plain ones, and blocks that share scales. The numbers of the types are those of GGUF; what only
// safetensors has comes behind.
//
//   bytes = elements / block * blockBytes
//
// Source: ggml's docs/gguf.md and ggml-common.h (sizes of blocks).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "llmsys.h"

namespace llmsys {

enum class Element : int32_t {
    F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8, Q4_K = 12, Q5_K = 13, Q6_K = 14, I32 = 26, I64 = 27, F64 = 28, BF16 = 30,
    U8 = 1000, BOOL = 1001
    // the other numbers of the table in element.cpp are known by name only, to be refused by it
};

struct ElementForm {
    int32_t number;
    const char* name;
    int32_t block;        // elements that are stored together
    int32_t blockBytes;
};

// The type with this number in GGUF files, null when there is none.
const ElementForm* ggufElement(uint32_t number);
// The type of this name in safetensors files, null when it is not read here.
const ElementForm* safetensorsElement(std::string_view name);
const ElementForm& formOf(Element type);

// The weight type with the same bits, when there is one: such numbers are computed with as they lie.
std::optional<lls_dtype> weightType(Element type);
// Whether it is a number with a fraction that widenElements knows.
bool readable(Element type);
bool blocked(Element type);

// `count` elements, whole blocks, as floats. Every product and sum is rounded once in the order of the formula, as in ggml's reference.
void widenElements(Element type, const uint8_t* from, int64_t count, float* to);

// Whether no element is NaN or infinite. Of blocks the scales are looked at, as whole numbers are always finite.
bool allFinite(Element type, const uint8_t* from, int64_t count);

}  // namespace llmsys
