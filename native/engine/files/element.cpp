#include "engine/files/element.h"

#include <algorithm>
#include <cstring>

#include "engine/files/block_decoder.h"
#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

constexpr ElementForm FORMS[] = {
    {0, "F32", 1, 4}, {1, "F16", 1, 2}, {2, "Q4_0", 32, 18}, {3, "Q4_1", 32, 20}, {6, "Q5_0", 32, 22}, {7, "Q5_1", 32, 24}, {8, "Q8_0", 32, 34},
    {9, "Q8_1", 32, 36}, {10, "Q2_K", 256, 84}, {11, "Q3_K", 256, 110}, {12, "Q4_K", 256, 144}, {13, "Q5_K", 256, 176}, {14, "Q6_K", 256, 210},
    {15, "Q8_K", 256, 292}, {16, "IQ2_XXS", 256, 66}, {17, "IQ2_XS", 256, 74}, {18, "IQ3_XXS", 256, 98}, {19, "IQ1_S", 256, 50},
    {20, "IQ4_NL", 32, 18}, {21, "IQ3_S", 256, 110}, {22, "IQ2_S", 256, 82}, {23, "IQ4_XS", 256, 136}, {24, "I8", 1, 1}, {25, "I16", 1, 2},
    {26, "I32", 1, 4}, {27, "I64", 1, 8}, {28, "F64", 1, 8}, {29, "IQ1_M", 256, 56}, {30, "BF16", 1, 2}, {34, "TQ1_0", 256, 54},
    {35, "TQ2_0", 256, 66}, {39, "MXFP4", 32, 17}, {40, "NVFP4", 64, 36}, {41, "Q1_0", 128, 18}, {42, "Q2_0", 64, 18},
    {1000, "U8", 1, 1}, {1001, "BOOL", 1, 1},
};

constexpr int32_t OWN = 1000;     // numbers from here on are none of GGUF's

template <typename T>
T load(const uint8_t* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

// All bits of an exponent are 1: (bits AND exponent) + 1 in its lowest place then carries into the sign's place, and only then. One AND, one addition
// and one OR look at a word of several numbers.
template <typename T>
bool plainFinite(const uint8_t* from, int64_t count, T exponent, T lowest, T sign) {
    T carried = 0;
    for (int64_t i = 0; i < count; i++) {
        carried |= static_cast<T>((load<T>(from + i * static_cast<int64_t>(sizeof(T))) & exponent) + lowest);
    }
    return (carried & sign) == 0;
}

bool halfFinite(const uint8_t* from) { return (load<uint16_t>(from) & 0x7c00) != 0x7c00; }

// Files may begin a tensor at any byte; what does not lie as processors like it is moved a little at a time.
void widenAligned(lls_dtype type, const ElementForm& form, const uint8_t* from, int64_t count, float* to) {
    if (reinterpret_cast<uintptr_t>(from) % alignof(float) == 0 || (form.blockBytes != 4 && reinterpret_cast<uintptr_t>(from) % 2 == 0)) {
        widen(type, from, count, to);
        return;
    }
    constexpr int64_t TOGETHER = 256;
    alignas(float) uint8_t moved[TOGETHER * 4];
    for (int64_t i = 0; i < count; i += TOGETHER) {
        int64_t some = std::min(TOGETHER, count - i);
        std::memcpy(moved, from + i / form.block * form.blockBytes, static_cast<size_t>(some / form.block * form.blockBytes));
        widen(type, moved, some, to + i);
    }
}

// Where the scales of F16 lie in a block; the second is -1 when there is one.
struct Scales {
    int32_t first;
    int32_t second;
};

Scales scalesOf(Element type) {
    switch (type) {
        case Element::Q4_1:
        case Element::Q5_1:
        case Element::Q4_K:
        case Element::Q5_K: return {0, 2};
        case Element::Q6_K: return {208, -1};
        default: return {0, -1};
    }
}

}  // namespace

const ElementForm* ggufElement(uint32_t number) {
    for (const ElementForm& form : FORMS) {
        if (form.number < OWN && static_cast<uint32_t>(form.number) == number) {
            return &form;
        }
    }
    return nullptr;
}

const ElementForm* safetensorsElement(std::string_view name) {
    for (Element type : {Element::F64, Element::F32, Element::F16, Element::BF16, Element::I64, Element::I32, Element::U8, Element::BOOL}) {
        if (name == formOf(type).name) {
            return &formOf(type);
        }
    }
    return nullptr;
}

const ElementForm& formOf(Element type) {
    for (const ElementForm& form : FORMS) {
        if (form.number == static_cast<int32_t>(type)) {
            return form;
        }
    }
    return FORMS[0];
}

std::optional<lls_dtype> weightType(Element type) {
    switch (type) {
        case Element::F32: return LLS_F32;
        case Element::F16: return LLS_F16;
        case Element::BF16: return LLS_BF16;
        case Element::Q8_0: return LLS_Q8_0;
        case Element::Q4_0: return LLS_Q4_0;
        default: return std::nullopt;
    }
}

bool readable(Element type) { return weightType(type).has_value() || type == Element::F64 || decoderOf(type) != nullptr; }

bool blocked(Element type) { return formOf(type).block > 1; }

void widenElements(Element type, const uint8_t* from, int64_t count, float* to) {
    if (std::optional<lls_dtype> same = weightType(type)) {
        widenAligned(*same, formOf(type), from, count, to);
    } else if (type == Element::F64) {
        for (int64_t i = 0; i < count; i++) {
            to[i] = static_cast<float>(load<double>(from + 8 * i));
        }
    } else if (BlockDecoder decode = decoderOf(type)) {
        const ElementForm& form = formOf(type);
        for (int64_t i = 0; i < count / form.block; i++) {
            decode(from + i * form.blockBytes, to + i * form.block);
        }
    }
}

bool allFinite(Element type, const uint8_t* from, int64_t count) {
    switch (type) {
        case Element::F32: return plainFinite<uint32_t>(from, count, 0x7f800000u, 0x00800000u, 0x80000000u);
        case Element::F16: return plainFinite<uint16_t>(from, count, 0x7c00, 0x0400, 0x8000);
        case Element::BF16: return plainFinite<uint16_t>(from, count, 0x7f80, 0x0080, 0x8000);
        case Element::F64: return plainFinite<uint64_t>(from, count, 0x7ff0000000000000u, 0x0010000000000000u, 0x8000000000000000u);
        default: break;
    }
    if (!readable(type)) {
        return true;                                             // whole numbers
    }
    const ElementForm& form = formOf(type);
    Scales scales = scalesOf(type);
    bool finite = true;
    for (int64_t i = 0; i < count / form.block; i++) {
        const uint8_t* block = from + i * form.blockBytes;
        finite &= halfFinite(block + scales.first) && (scales.second < 0 || halfFinite(block + scales.second));
    }
    return finite;
}

}  // namespace llmsys
