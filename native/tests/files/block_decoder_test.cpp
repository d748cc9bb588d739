// Blocks of ggml's types become the numbers that the PyPI package gguf gives for the same bytes: byte i of a block is 37 i + 11 modulo 256, its
// scales are the halves nearest 0.0123 and -0.75.
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "engine/files/element.h"
#include "engine/tensor/quantization.h"

using namespace llmsys;

namespace {

struct Case {
    Element type;
    int second;                    // where the second scale lies, -1 without
    int first;
    float at[8];                   // elements 0, 1, 15, 16, 31, n/2, n-33 (7 of 32), n-1
    double sum;                    // of (i + 1) x_i
};

const Case CASES[] = {
    {Element::Q4_1, 2, 0, {-0.565521240234375f, -0.7008056640625f, -0.62701416015625f, -0.639312744140625f, -0.6024169921875f, -0.639312744140625f,
                           -0.72540283203125f, -0.6024169921875f}, -347.0147399902344},
    {Element::Q5_0, -1, 0, {0.110687255859375f, -0.02459716796875f, -0.1475830078125f, 0.17218017578125f, 0.012298583984375f, 0.17218017578125f,
                            -0.0491943359375f, 0.012298583984375f}, 1.37744140625},
    {Element::Q5_1, 2, 0, {-0.516326904296875f, -0.454833984375f, -0.38104248046875f, -0.516326904296875f, -0.688507080078125f, -0.516326904296875f,
                           -0.47943115234375f, -0.688507080078125f}, -298.8288879394531},
    {Element::Q4_K, 2, 0, {42.443817138671875f, 38.25f, 40.53753662109375f, 42.443817138671875f, 40.53753662109375f, 14.276092529296875f,
                           16.36578369140625f, 27.06170654296875f}, 812553.7927246094},
    {Element::Q5_K, 2, 0, {48.543914794921875f, 38.25f, 40.53753662109375f, 48.543914794921875f, 40.53753662109375f, 21.950408935546875f,
                           26.00787353515625f, 27.79962158203125f}, 916533.4992675781},
    {Element::Q6_K, -1, 208, {-17.599273681640625f, 20.8583984375f, -3.91094970703125f, -5.31298828125f, -1.1806640625f, -4.316802978515625f,
                              -12.39697265625f, -0.7379150390625f}, 9647.255249023438},
};

std::vector<uint8_t> block(const Case& each) {
    std::vector<uint8_t> bytes(static_cast<size_t>(formOf(each.type).blockBytes));
    for (size_t i = 0; i < bytes.size(); i++) {
        bytes[i] = static_cast<uint8_t>(37 * i + 11);
    }
    uint16_t scale = floatToHalf(0.0123f);
    std::memcpy(bytes.data() + each.first, &scale, 2);
    if (each.second >= 0) {
        scale = floatToHalf(-0.75f);
        std::memcpy(bytes.data() + each.second, &scale, 2);
    }
    return bytes;
}

}  // namespace

TEST(BlockDecoder, GivesTheNumbersOfGgufPy) {
    for (const Case& each : CASES) {
        SCOPED_TRACE(formOf(each.type).name);
        int n = formOf(each.type).block;
        std::vector<float> x(static_cast<size_t>(n));
        widenElements(each.type, block(each).data(), n, x.data());
        int places[8] = {0, 1, 15, 16, 31, n / 2, n > 32 ? n - 33 : 7, n - 1};
        for (int i = 0; i < 8; i++) {
            EXPECT_EQ(x[static_cast<size_t>(places[i])], each.at[i]) << places[i];
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += static_cast<double>(x[static_cast<size_t>(i)]) * (i + 1);
        }
        EXPECT_NEAR(sum, each.sum, 1e-9 * std::fabs(each.sum));
    }
}

TEST(FiniteScan, FindsScalesThatAreNone) {
    for (const Case& each : CASES) {
        std::vector<uint8_t> bytes = block(each);
        bytes.insert(bytes.end(), bytes.begin(), bytes.end());
        EXPECT_TRUE(allFinite(each.type, bytes.data(), 2 * formOf(each.type).block));
        for (int place : {each.first, each.second}) {
            if (place >= 0) {
                std::vector<uint8_t> bad = bytes;
                bad[bytes.size() / 2 + static_cast<size_t>(place) + 1] |= 0x7c;
                EXPECT_FALSE(allFinite(each.type, bad.data(), 2 * formOf(each.type).block)) << formOf(each.type).name << " " << place;
            }
        }
    }
}

TEST(FiniteScan, LooksAtEachNumber) {
    for (size_t size : {1, 13, 207}) {
        std::vector<float> numbers(size, -3.4e38f);
        const uint8_t* bytes = reinterpret_cast<const uint8_t*>(numbers.data());
        EXPECT_TRUE(allFinite(Element::F32, bytes, static_cast<int64_t>(size)));
        for (float bad : {NAN, INFINITY, -INFINITY}) {
            numbers[size - 1] = bad;
            EXPECT_FALSE(allFinite(Element::F32, bytes, static_cast<int64_t>(size)));
        }
        std::vector<uint16_t> halves(size, 0x7bff);
        EXPECT_TRUE(allFinite(Element::F16, reinterpret_cast<uint8_t*>(halves.data()), static_cast<int64_t>(size)));
        halves[size / 2] = 0xfc00;
        EXPECT_FALSE(allFinite(Element::F16, reinterpret_cast<uint8_t*>(halves.data()), static_cast<int64_t>(size)));
        std::vector<double> doubles(size, 1e308);
        EXPECT_TRUE(allFinite(Element::F64, reinterpret_cast<uint8_t*>(doubles.data()), static_cast<int64_t>(size)));
        doubles[0] = -std::numeric_limits<double>::infinity();
        EXPECT_FALSE(allFinite(Element::F64, reinterpret_cast<uint8_t*>(doubles.data()), static_cast<int64_t>(size)));
    }
    EXPECT_TRUE(allFinite(Element::F32, nullptr, 0));
}
