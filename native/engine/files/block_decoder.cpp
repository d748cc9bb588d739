#include "engine/files/block_decoder.h"

#include <cstring>

#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

float half(const uint8_t* from) {
    uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return halfToFloat(bits);
}

uint32_t fifthBits(const uint8_t* from) {
    uint32_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return bits;
}

// q of element i of 32: four bits, and a fifth when there is one
int low(const uint8_t* halves, int i) { return i < 16 ? halves[i] & 15 : halves[i - 16] >> 4; }
int withFifth(const uint8_t* halves, uint32_t fifth, int i) { return low(halves, i) | static_cast<int>(fifth >> i & 1) << 4; }

void decodeQ4x1(const uint8_t* block, float* to) {
    float d = half(block);
    float m = half(block + 2);
    for (int i = 0; i < 32; i++) {
        to[i] = d * static_cast<float>(low(block + 4, i)) + m;
    }
}

void decodeQ5x0(const uint8_t* block, float* to) {
    float d = half(block);
    uint32_t fifth = fifthBits(block + 2);
    for (int i = 0; i < 32; i++) {
        to[i] = d * static_cast<float>(withFifth(block + 6, fifth, i) - 16);
    }
}

void decodeQ5x1(const uint8_t* block, float* to) {
    float d = half(block);
    float m = half(block + 2);
    uint32_t fifth = fifthBits(block + 4);
    for (int i = 0; i < 32; i++) {
        to[i] = d * static_cast<float>(withFifth(block + 8, fifth, i)) + m;
    }
}

// Sixteen numbers of 6 bits in 12 bytes: of groups 0 to 3 the low bits of bytes 0-3 (scales) and 4-7 (minima); of groups 4 to 7 the halves of bytes
// 8-11, with two more bits from the tops of the first eight.
int groupScale(const uint8_t* from, int group) { return group < 4 ? from[group] & 63 : (from[4 + group] & 15) | (from[group - 4] >> 6) << 4; }
int groupMinimum(const uint8_t* from, int group) { return group < 4 ? from[4 + group] & 63 : from[4 + group] >> 4 | (from[group] >> 6) << 4; }

void decodeGroups(const uint8_t* block, const uint8_t* fifth, const uint8_t* halves, float* to) {
    float d = half(block);
    float smallest = half(block + 2);
    for (int group = 0; group < 8; group++) {
        float scale = d * static_cast<float>(groupScale(block + 4, group));
        float minimum = smallest * static_cast<float>(groupMinimum(block + 4, group));
        for (int i = 0; i < 32; i++) {
            int q = halves[group / 2 * 32 + i] >> group % 2 * 4 & 15;
            q |= fifth == nullptr ? 0 : (fifth[i] >> group & 1) << 4;
            to[32 * group + i] = scale * static_cast<float>(q) - minimum;
        }
    }
}

void decodeQ4K(const uint8_t* block, float* to) { decodeGroups(block, nullptr, block + 16, to); }

void decodeQ5K(const uint8_t* block, float* to) { decodeGroups(block, block + 16, block + 48, to); }

void decodeQ6K(const uint8_t* block, float* to) {
    float d = half(block + 208);
    for (int row = 0; row < 8; row++) {                     // 32 elements a row, four rows in each half of the block
        int r = row % 4;
        const uint8_t* halves = block + 64 * (row / 4) + 32 * (r % 2);
        const uint8_t* pairs = block + 128 + 32 * (row / 4);
        for (int i = 0; i < 32; i++) {
            int element = 32 * row + i;
            int q = (halves[i] >> r / 2 * 4 & 15) | (pairs[i] >> 2 * r & 3) << 4;
            float scale = d * static_cast<float>(static_cast<int8_t>(block[192 + element / 16]));
            to[element] = scale * static_cast<float>(q - 32);
        }
    }
}

}  // namespace

BlockDecoder decoderOf(Element type) {
    switch (type) {
        case Element::Q4_1: return decodeQ4x1;
        case Element::Q5_0: return decodeQ5x0;
        case Element::Q5_1: return decodeQ5x1;
        case Element::Q4_K: return decodeQ4K;
        case Element::Q5_K: return decodeQ5K;
        case Element::Q6_K: return decodeQ6K;
        default: return nullptr;
    }
}

}  // namespace llmsys
