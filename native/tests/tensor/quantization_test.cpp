// Bits of narrow numbers: by hand, over all halves, and as gguf's numpy code computes them (PyPI gguf 0.19.0, gguf.quants.quantize), whose values
// stand here.
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "engine/core/error.h"
#include "engine/tensor/quantization.h"

using namespace llmsys;

TEST(Quantization, HalvesByHand) {
    EXPECT_EQ(halfToFloat(0x0000), 0.0f);
    EXPECT_TRUE(std::signbit(halfToFloat(0x8000)));
    EXPECT_EQ(halfToFloat(0x3C00), 1.0f);
    EXPECT_EQ(halfToFloat(0xC500), -5.0f);
    EXPECT_EQ(halfToFloat(0x0001), 0x1p-24f);
    EXPECT_EQ(halfToFloat(0x03FF), 1023 * 0x1p-24f);
    EXPECT_EQ(halfToFloat(0x7BFF), 65504.0f);
    EXPECT_EQ(halfToFloat(0xFC00), -std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isnan(halfToFloat(0x7E00)));
    EXPECT_EQ(floatToHalf(65519.0f), 0x7BFF);                         // below the middle of 65504 and 65536
    EXPECT_EQ(floatToHalf(65520.0f), 0x7C00);
    EXPECT_EQ(floatToHalf(1.0f + 0x1p-11f), 0x3C00);                  // ties to even
    EXPECT_EQ(floatToHalf(1.0f + 3 * 0x1p-11f), 0x3C02);
    EXPECT_EQ(floatToHalf(0x1p-25f), 0x0000);
    EXPECT_EQ(floatToHalf(0x1.000002p-25f), 0x0001);
    EXPECT_EQ(floatToHalf(-0x1.ffep-15f), 0x8000 + 0x0400);           // rounds up to the smallest normal one
    EXPECT_EQ(floatToHalf(1e30f), 0x7C00);
    EXPECT_TRUE(std::isnan(halfToFloat(floatToHalf(std::nanf("")))));
}

TEST(Quantization, EveryHalfComesBack) {
    for (uint32_t bits = 0; bits < 65536; bits++) {
        float value = halfToFloat(static_cast<uint16_t>(bits));
        if (!std::isnan(value)) {
            ASSERT_EQ(floatToHalf(value), bits);
        }
        float brain = bfloatToFloat(static_cast<uint16_t>(bits));
        if (!std::isnan(brain)) {
            ASSERT_EQ(floatToBfloat(brain), bits);
        } else {
            ASSERT_TRUE(std::isnan(bfloatToFloat(floatToBfloat(brain))));
        }
    }
}

TEST(Quantization, BfloatsByHand) {
    EXPECT_EQ(floatToBfloat(1.0f), 0x3F80);
    EXPECT_EQ(floatToBfloat(1.0f + 0x1p-8f), 0x3F80);                 // ties to even
    EXPECT_EQ(floatToBfloat(1.0f + 3 * 0x1p-8f), 0x3F82);
    EXPECT_EQ(floatToBfloat(std::numeric_limits<float>::max()), 0x7F80);
    EXPECT_EQ(bfloatToFloat(0xC0A0), -5.0f);
}

// x[i] = (i * 37 % 64 - 31) / 8, which gguf turns into these bytes.
TEST(Quantization, BlocksAsGgufComputesThem) {
    std::vector<float> x(32), wide(32);
    for (int i = 0; i < 32; i++) {
        x[static_cast<size_t>(i)] = static_cast<float>(i * 37 % 64 - 31) / 8;
    }
    const std::vector<uint8_t> q8 = {8, 40, 133, 24, 173, 64, 212, 103, 252, 145, 36, 185, 75, 224, 115, 8, 157, 48, 196, 87, 236, 127, 20,
                                  169, 60, 208, 99, 248, 141, 32, 181, 71, 220, 111};
    std::vector<uint8_t> actual(34);
    narrow(LLS_Q8_0, x.data(), 32, actual.data());
    EXPECT_EQ(actual, q8);
    const std::vector<uint8_t> q4 = {0, 184, 207, 55, 157, 4, 123, 226, 72, 191, 38, 157, 243, 106, 209, 72, 174, 21};
    actual.resize(18);
    narrow(LLS_Q4_0, x.data(), 32, actual.data());
    EXPECT_EQ(actual, q4);
    widen(LLS_Q8_0, q8.data(), 32, wide.data());
    EXPECT_EQ(wide[0], halfToFloat(static_cast<uint16_t>(q8[0] | q8[1] << 8)) * static_cast<float>(static_cast<int8_t>(q8[2])));
    widen(LLS_Q4_0, q4.data(), 32, wide.data());
    EXPECT_EQ(wide[16], halfToFloat(static_cast<uint16_t>(q4[0] | q4[1] << 8)) * static_cast<float>((q4[2] >> 4) - 8));
}

TEST(Quantization, BlocksOfZerosAndOfWhatIsNotFinite) {
    std::vector<float> x(32, 0.0f), wide(32, 1.0f);
    std::vector<uint8_t> bytes(34);
    for (lls_dtype type : {LLS_Q8_0, LLS_Q4_0}) {
        std::fill(x.begin(), x.end(), 0.0f);
        narrow(type, x.data(), 32, bytes.data());
        widen(type, bytes.data(), 32, wide.data());
        EXPECT_EQ(wide, x);
        for (float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
            x[5] = bad;
            narrow(type, x.data(), 32, bytes.data());
            widen(type, bytes.data(), 32, wide.data());
            EXPECT_TRUE(std::isnan(wide[7]));
        }
    }
}

TEST(Quantization, BytesAreCheckedForOverflow) {
    EXPECT_EQ(bytesOf(LLS_F32, 3), 12);
    EXPECT_EQ(bytesOf(LLS_BF16, 3), 6);
    EXPECT_EQ(bytesOf(LLS_Q8_0, 64), 68);
    EXPECT_EQ(bytesOf(LLS_Q4_0, 64), 36);
    auto status = [](lls_dtype type, int64_t count) {
        try {
            bytesOf(type, count);
            return LLS_OK;
        } catch (const Error& e) {
            return e.status();
        }
    };
    EXPECT_EQ(status(LLS_Q8_0, 33), LLS_SHAPE);
    EXPECT_EQ(status(LLS_F32, -1), LLS_SHAPE);
    EXPECT_EQ(status(LLS_F32, std::numeric_limits<int64_t>::max() / 2), LLS_SHAPE);
    EXPECT_EQ(status(LLS_Q8_0, std::numeric_limits<int64_t>::max() / 32 * 32), LLS_SHAPE);
    EXPECT_EQ(status(LLS_I32, 4), LLS_UNSUPPORTED);
    EXPECT_EQ(status(LLS_U8, 4), LLS_UNSUPPORTED);
}
