#include "engine/matmul/panels.h"

#include <cstring>

#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

constexpr int64_t WIDTH = WeightMatrix::WIDTH;

uint16_t read16(const uint8_t* from) {
    uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return bits;
}

template <typename T>
void putNumbers(const uint8_t* row, int64_t inputs, int64_t output, T* panel) {
    for (int64_t k = 0; k < inputs; k++) {
        std::memcpy(panel + k * WIDTH + output, row + k * static_cast<int64_t>(sizeof(T)), sizeof(T));
    }
}

// Where the byte of a code lies behind the scales of its block.
int64_t q8Place(int64_t k, int64_t output) { return 64 + (k / 4 * WIDTH + output) * 4 + k % 4; }
int64_t q4Place(int64_t k, int64_t output) { return 64 + (k / 4 * 16 + output % 16) * 4 + k % 4; }

void putQ8(const uint8_t* row, int64_t inputs, int64_t output, uint8_t* panel) {
    for (int64_t k = 0; k < inputs; k += BLOCK, row += 2 + BLOCK, panel += PANEL_BLOCK_Q8) {
        std::memcpy(panel + 2 * output, row, 2);
        for (int64_t j = 0; j < BLOCK; j++) {
            panel[q8Place(j, output)] = static_cast<uint8_t>(row[2 + j] ^ 0x80u);
        }
    }
}

void putQ4(const uint8_t* row, int64_t inputs, int64_t output, uint8_t* panel) {
    int shift = output < 16 ? 0 : 4;
    for (int64_t k = 0; k < inputs; k += BLOCK, row += 2 + BLOCK / 2, panel += PANEL_BLOCK_Q4) {
        std::memcpy(panel + 2 * output, row, 2);
        for (int64_t j = 0; j < BLOCK; j++) {
            unsigned code = row[2 + j % 16] >> (j < 16 ? 0 : 4) & 15u;
            uint8_t& place = panel[q4Place(j, output)];
            place = static_cast<uint8_t>((place & ~(15u << shift)) | code << shift);
        }
    }
}

// One weight of a block, exactly.
float q8Weight(const uint8_t* block, int64_t k, int64_t output) {
    return halfToFloat(read16(block + 2 * output)) * static_cast<float>(static_cast<int>(block[q8Place(k, output)]) - 128);
}
float q4Weight(const uint8_t* block, int64_t k, int64_t output) {
    int code = block[q4Place(k, output)] >> (output < 16 ? 0 : 4) & 15;
    return halfToFloat(read16(block + 2 * output)) * static_cast<float>(code - 8);
}

float weight(lls_dtype type, const void* panel, int64_t k, int64_t output) {
    auto* bytes = static_cast<const uint8_t*>(panel);
    switch (type) {
        case LLS_F32: return static_cast<const float*>(panel)[k * WIDTH + output];
        case LLS_F16: return halfToFloat(static_cast<const uint16_t*>(panel)[k * WIDTH + output]);
        case LLS_BF16: return bfloatToFloat(static_cast<const uint16_t*>(panel)[k * WIDTH + output]);
        case LLS_Q8_0: return q8Weight(bytes + k / BLOCK * PANEL_BLOCK_Q8, k % BLOCK, output);
        default: return q4Weight(bytes + k / BLOCK * PANEL_BLOCK_Q4, k % BLOCK, output);
    }
}

}  // namespace

void putIntoPanel(lls_dtype type, const void* row, int64_t inputs, int64_t output, void* panel) {
    auto* bytes = static_cast<const uint8_t*>(row);
    switch (type) {
        case LLS_F32: return putNumbers(bytes, inputs, output, static_cast<float*>(panel));
        case LLS_F16:
        case LLS_BF16: return putNumbers(bytes, inputs, output, static_cast<uint16_t*>(panel));
        case LLS_Q8_0: return putQ8(bytes, inputs, output, static_cast<uint8_t*>(panel));
        default: return putQ4(bytes, inputs, output, static_cast<uint8_t*>(panel));
    }
}

void widenFromPanel(lls_dtype type, const void* panel, int64_t inputs, int64_t output, float* row) {
    for (int64_t k = 0; k < inputs; k++) {
        row[k] = weight(type, panel, k, output);
    }
}

void widenPanel(lls_dtype type, const void* panel, int64_t begin, int64_t end, float* to) {
    for (int64_t k = begin; k < end; k++) {
        for (int64_t output = 0; output < WIDTH; output++) {
            *to++ = weight(type, panel, k, output);
        }
    }
}

}  // namespace llmsys
