// The definition of the class "q8-blocks", plain.
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "engine/matmul/integer_rows.h"
#include "engine/matmul/panels.h"
#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

uint16_t half(const uint8_t* from) {
    uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return bits;
}

// The code of a weight, above its value by 128 or 8.
int code(bool nibbles, const uint8_t* block, int64_t k, int64_t n) {
    const uint8_t* codes = block + 64;
    return nibbles ? codes[(k / 4 * 16 + n % 16) * 4 + k % 4] >> (n < 16 ? 0 : 4) & 15 : codes[(k / 4 * 32 + n) * 4 + k % 4];
}

template <int R, bool NIBBLES>
void multiply(const IntegerTile& tile) {
    for (int r = 0; r < R; r++) {
        for (int64_t n = 0; n < tile.columns; n++) {
            float y = tile.bias == nullptr ? 0.0f : tile.bias[n];
            auto* rows = static_cast<const uint8_t*>(tile.rows);
            auto* block = static_cast<const uint8_t*>(tile.panel);
            for (int64_t b = 0; b < tile.blocks; b++) {
                int sum = 0;
                for (int64_t k = 0; k < 32; k++) {
                    sum += (code(NIBBLES, block, k, n) - (NIBBLES ? 8 : 128)) * static_cast<int8_t>(rows[(k / 4 * R + r) * 4 + k % 4]);
                }
                float scale;
                std::memcpy(&scale, rows + 32 * R + 4 * r, sizeof scale);
                y = std::fma(static_cast<float>(sum), halfToFloat(half(block + 2 * n)) * scale, y);
                rows += 40 * R;
                block += NIBBLES ? PANEL_BLOCK_Q4 : PANEL_BLOCK_Q8;
            }
            tile.c[r * tile.cStride + n] = y;
        }
    }
}

template <int... R>
IntegerKernel kernels(std::integer_sequence<int, R...>) {
    return IntegerKernel{IntegerKernel::MOST_ROWS, {nullptr, multiply<R + 1, false>...}, {nullptr, multiply<R + 1, true>...}, narrowRows};
}

}  // namespace

void narrowRows(const float* x, int64_t stride, int64_t rows, int64_t blocks, int offset, void* to) {
    constexpr float LEAST = 0x1p-120f;
    auto* out = static_cast<uint8_t*>(to);
    for (int64_t b = 0; b < blocks; b++, out += 40 * rows) {
        for (int64_t r = 0; r < rows; r++) {
            const float* from = x + r * stride + b * 32;
            float most = 0;
            bool finite = true;
            for (int k = 0; k < 32; k++) {
                most = std::fmax(most, std::fabs(from[k]));
                finite = finite && std::isfinite(from[k]);
            }
            const float inverse = finite && most >= LEAST ? 127.0f / most : 0.0f;
            const float scale = !finite ? std::numeric_limits<float>::quiet_NaN() : most >= LEAST ? most / 127.0f : 0.0f;
            int32_t sum = 0;
            for (int k = 0; k < 32; k++) {
                auto code = static_cast<int8_t>(inverse == 0 ? 0 : std::lrint(from[k] * inverse));
                out[(k / 4 * rows + r) * 4 + k % 4] = static_cast<uint8_t>(code);
                sum += code;
            }
            sum *= -offset;
            std::memcpy(out + 32 * rows + 4 * r, &scale, sizeof scale);
            std::memcpy(out + 36 * rows + 4 * r, &sum, sizeof sum);
        }
    }
}

const IntegerKernel* integerKernelScalar() {
    static const IntegerKernel kernel = kernels(std::make_integer_sequence<int, IntegerKernel::MOST_ROWS>());
    return &kernel;
}

}  // namespace llmsys
