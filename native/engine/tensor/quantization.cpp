// Bits to numbers and back, as engine/tensor/quantization.h says.
// Sources: IEEE 754-2019 section 3.4 (half); ggml, quantize_row_q8_0_ref and quantize_row_q4_0_ref (which rounding, not the code).
#include "engine/tensor/quantization.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr int64_t Q8_BYTES = 2 + BLOCK;
constexpr int64_t Q4_BYTES = 2 + BLOCK / 2;

uint32_t bitsOf(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

float floatOf(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// Data of files has no alignment.
uint16_t read16(const uint8_t* from) {
    uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return bits;
}

void write16(uint16_t bits, uint8_t* to) { std::memcpy(to, &bits, sizeof bits); }

// The element of largest size, the first of several; NaN when one is not finite, so that what is broken stays visible.
float largest(const float* x) {
    float most = 0;
    for (int64_t i = 0; i < BLOCK; i++) {
        if (!std::isfinite(x[i])) {
            return std::numeric_limits<float>::quiet_NaN();
        }
        if (std::fabs(x[i]) > std::fabs(most)) {
            most = x[i];
        }
    }
    return most;
}

void narrowQ8(const float* x, uint8_t* to) {
    float d = std::fabs(largest(x)) / 127.0f;
    write16(floatToHalf(d), to);
    float inverse = d > 0 ? 1.0f / d : 0.0f;
    for (int64_t i = 0; i < BLOCK; i++) {
        float scaled = std::isnan(d) ? 1.0f : x[i] * inverse;
        to[2 + i] = static_cast<uint8_t>(static_cast<int8_t>(std::clamp(std::round(scaled), -127.0f, 127.0f)));
    }
}

void narrowQ4(const float* x, uint8_t* to) {
    float d = largest(x) / -8.0f;
    write16(floatToHalf(d), to);
    double inverse = d == 0 || std::isnan(d) ? 0.0 : static_cast<double>(1.0f / d);
    auto code = [&](int64_t i) {
        auto scaled = static_cast<float>(std::isnan(d) ? 9.0 : static_cast<double>(x[i]) * inverse + 8.5);      // as one fma
        return static_cast<uint8_t>(std::clamp(scaled, 0.0f, 15.0f));
    };
    for (int64_t i = 0; i < BLOCK / 2; i++) {
        to[2 + i] = static_cast<uint8_t>(code(i) | code(i + BLOCK / 2) << 4);
    }
}

}  // namespace

const char* nameOf(lls_dtype type) {
    switch (type) {
        case LLS_F32: return "F32";
        case LLS_F16: return "F16";
        case LLS_BF16: return "BF16";
        case LLS_Q8_0: return "Q8_0";
        case LLS_Q4_0: return "Q4_0";
        case LLS_I32: return "I32";
        case LLS_U8: return "U8";
    }
    return "unknown";
}

void requireWeightType(const lls_dtype& passed) {
    static_assert(sizeof passed == sizeof(int), "a C enum");
    int type;
    std::memcpy(&type, &passed, sizeof type);                   // to look at a wrong one as an enum would be undefined
    if (type < LLS_F32 || type > LLS_Q4_0) {
        throw Error(LLS_UNSUPPORTED, "weights of type " + std::to_string(type), "weight types are F32, F16, BF16, Q8_0, Q4_0",
                    "convert the matrix to one of them");
    }
}

int64_t bytesOf(lls_dtype type, int64_t count) {
    bool blocks = type == LLS_Q8_0 || type == LLS_Q4_0;
    int64_t unit = type == LLS_F32 ? 4 : type == LLS_F16 || type == LLS_BF16 ? 2 : type == LLS_Q8_0 ? Q8_BYTES : type == LLS_Q4_0 ? Q4_BYTES : 0;
    if (unit == 0) {
        throw Error(LLS_UNSUPPORTED, "type " + std::string(nameOf(type)) + " (" + std::to_string(static_cast<int>(type)) + ") holds no weights",
                    "weight types are F32, F16, BF16, Q8_0, Q4_0", "convert the matrix to one of them");
    }
    if (count < 0 || (blocks && count % BLOCK != 0)) {
        throw Error(LLS_SHAPE, std::to_string(count) + " numbers of type " + nameOf(type), "they come in blocks of 32, none of them negative",
                    "use rows of a multiple of 32 numbers, or F32");
    }
    int64_t units = blocks ? count / BLOCK : count;
    if (units > std::numeric_limits<int64_t>::max() / unit) {
        throw Error(LLS_SHAPE, std::to_string(count) + " numbers of type " + nameOf(type), "so many bytes cannot be counted",
                "pass extents that fit memory");
    }
    return units * unit;
}

float halfToFloat(uint16_t bits) {
    uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
    uint32_t exponent = bits >> 10 & 31u;
    uint32_t fraction = bits & 1023u;
    if (exponent == 31) {
        return floatOf(sign | 0x7F800000u | fraction << 13);
    }
    if (exponent == 0) {                                              // 0 and what is below 2^-14: fraction * 2^-24
        float size = static_cast<float>(fraction) * 0x1p-24f;
        return sign != 0 ? -size : size;
    }
    return floatOf(sign | (exponent + 112) << 23 | fraction << 13);
}

uint16_t floatToHalf(float value) {
    uint32_t bits = bitsOf(value);
    auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
    uint32_t size = bits & 0x7FFFFFFFu;
    if (size > 0x7F800000u) {
        return static_cast<uint16_t>(sign | 0x7E00u | (size >> 13 & 1023u));
    }
    if (size >= 0x47800000u) {                                        // 65536 and above
        return static_cast<uint16_t>(sign | 0x7C00u);
    }
    if (size < 0x38800000u) {                                         // below 2^-14 in steps of 2^-24: the sum rounds as we need
        float shifted = floatOf(size) + 0.5f;
        return static_cast<uint16_t>(sign | (bitsOf(shifted) - 0x3F000000u));
    }
    uint32_t rounded = size - 0x38000000u + 0xFFFu + (size >> 13 & 1u);   // may carry into the exponent, up to infinity
    return static_cast<uint16_t>(sign | rounded >> 13);
}

float bfloatToFloat(uint16_t bits) { return floatOf(static_cast<uint32_t>(bits) << 16); }

uint16_t floatToBfloat(float value) {
    uint32_t bits = bitsOf(value);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
        return static_cast<uint16_t>(bits >> 16 | 0x40u);
    }
    return static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

void widen(lls_dtype type, const void* from, int64_t count, float* to) {
    int64_t bytes = bytesOf(type, count);
    if (bytes == 0) {
        return;
    }
    auto* source = static_cast<const uint8_t*>(from);
    switch (type) {
        case LLS_F32:
            std::memcpy(to, from, static_cast<size_t>(bytes));
            return;
        case LLS_F16:
            for (int64_t i = 0; i < count; i++) {
                to[i] = halfToFloat(read16(source + 2 * i));
            }
            return;
        case LLS_BF16:
            for (int64_t i = 0; i < count; i++) {
                to[i] = bfloatToFloat(read16(source + 2 * i));
            }
            return;
        case LLS_Q8_0:
            for (int64_t i = 0; i < count; i += BLOCK, source += Q8_BYTES) {
                float d = halfToFloat(read16(source));
                for (int64_t j = 0; j < BLOCK; j++) {
                    to[i + j] = d * static_cast<float>(static_cast<int8_t>(source[2 + j]));
                }
            }
            return;
        default:
            for (int64_t i = 0; i < count; i += BLOCK, source += Q4_BYTES) {
                float d = halfToFloat(read16(source));
                for (int64_t j = 0; j < BLOCK / 2; j++) {
                    to[i + j] = d * static_cast<float>((source[2 + j] & 15) - 8);
                    to[i + j + BLOCK / 2] = d * static_cast<float>((source[2 + j] >> 4) - 8);
                }
            }
    }
}

void narrow(lls_dtype type, const float* from, int64_t count, void* to) {
    int64_t bytes = bytesOf(type, count);
    if (bytes == 0) {
        return;
    }
    auto* target = static_cast<uint8_t*>(to);
    switch (type) {
        case LLS_F32:
            std::memcpy(to, from, static_cast<size_t>(bytes));
            return;
        case LLS_F16:
            for (int64_t i = 0; i < count; i++) {
                write16(floatToHalf(from[i]), target + 2 * i);
            }
            return;
        case LLS_BF16:
            for (int64_t i = 0; i < count; i++) {
                write16(floatToBfloat(from[i]), target + 2 * i);
            }
            return;
        case LLS_Q8_0:
            for (int64_t i = 0; i < count; i += BLOCK, target += Q8_BYTES) {
                narrowQ8(from + i, target);
            }
            return;
        default:
            for (int64_t i = 0; i < count; i += BLOCK, target += Q4_BYTES) {
                narrowQ4(from + i, target);
            }
    }
}

}  // namespace llmsys
