// Every lookup: rows copied exactly from tables of each type, gradients added in order; ids that are not there; failing memory and bad input.
#include "tests/elementwise/samples.h"

#include "engine/tensor/quantization.h"

using namespace samples;

TEST(Embedding, CopiesRowsOfEachType) {
    const std::vector<int32_t> ids = {3, 0, 12, 3, 7};
    for (const std::string& name : implementations("embedding", "lookup")) {
        for (lls_dtype type : {LLS_F32, LLS_F16, LLS_BF16, LLS_Q8_0, LLS_Q4_0}) {
            for (int64_t c : {32, 64, 96}) {
                Floats numbers = normal(1, 13 * c), expected(numbers.size()), y(ids.size() * static_cast<size_t>(c), 99);
                std::vector<char> table(static_cast<size_t>(llmsys::bytesOf(type, 13 * c)));
                llmsys::narrow(type, numbers.data(), 13 * c, table.data());
                llmsys::widen(type, table.data(), 13 * c, expected.data());
                lls_weights weights{table.data(), type, 13, c};
                expectOk(lls_embedding(name.c_str(), ids.data(), 5, &weights, y.data()));
                for (size_t i = 0; i < y.size(); i++) {
                    size_t n = i / static_cast<size_t>(c);
                    ASSERT_EQ(y[i], expected[static_cast<size_t>(ids[n]) * static_cast<size_t>(c) + i % static_cast<size_t>(c)]) << name << " type "
                            << type;
                }
                expectOk(lls_embedding(name.c_str(), nullptr, 0, &weights, nullptr));
            }
        }
    }
}

TEST(Embedding, AddsGradientsInOrder) {
    for (const std::string& name : implementations("embedding", "lookup")) {
        for (int64_t c : {1, 13, 207, 700}) {
            std::vector<int32_t> ids;
            for (int32_t n = 0; n < 300; n++) {
                ids.push_back(n * n % 13);
            }
            Floats gradY = normal(1, 300 * c), gradTable = normal(2, 13 * c), expected = gradTable;
            expectSameWithThreads([&] {
                Floats sum = gradTable;
                expectOk(lls_embedding_backward(name.c_str(), ids.data(), 300, gradY.data(), sum.data(), 13, c));
                return sum;
            });
            for (size_t n = 0; n < 300; n++) {
                for (size_t i = 0; i < static_cast<size_t>(c); i++) {
                    expected[static_cast<size_t>(ids[n] * c) + i] += gradY[n * static_cast<size_t>(c) + i];
                }
            }
            expectOk(lls_embedding_backward(name.c_str(), ids.data(), 300, gradY.data(), gradTable.data(), 13, c));
            EXPECT_TRUE(sameBits(expected, gradTable)) << name;
        }
    }
}

TEST(Embedding, SurvivesFailingMemory) {
    Floats numbers = normal(1, 13 * 32), y(64);
    lls_weights weights{numbers.data(), LLS_F32, 13, 32};
    int32_t ids[] = {1, 2};
    for (const std::string& name : implementations("embedding", "lookup")) {
        expectSurvivesFailingMemory([&] { return lls_embedding(name.c_str(), ids, 2, &weights, y.data()); });
    }
}

TEST(Embedding, RefusesBadInput) {
    float x[64] = {};
    lls_weights table{x, LLS_F32, 4, 4};
    int32_t ids[] = {0, 3}, beyond[] = {0, 4}, below[] = {-1, 0};
    for (const std::string& name : implementations("embedding", "lookup")) {
        expectRefused(LLS_INVALID, lls_embedding(name.c_str(), beyond, 2, &table, x + 16));
        expectRefused(LLS_INVALID, lls_embedding(name.c_str(), below, 2, &table, x + 16));
        expectRefused(LLS_INVALID, lls_embedding_backward(name.c_str(), beyond, 2, x, x + 16, 4, 4));
    }
    expectRefused(LLS_INVALID, lls_embedding(nullptr, nullptr, 2, &table, x));
    expectRefused(LLS_INVALID, lls_embedding(nullptr, ids, 2, nullptr, x));
    expectRefused(LLS_INVALID, lls_embedding(nullptr, ids, 2, &table, nullptr));
    expectRefused(LLS_INVALID, lls_embedding(nullptr, ids, -2, &table, x));
    lls_weights noData{nullptr, LLS_F32, 4, 4}, negative{x, LLS_F32, -4, 4}, huge{x, LLS_F32, INT64_MAX, 4}, blocks{x, LLS_Q8_0, 4, 4}, ints{x,
        LLS_I32, 4, 4};
    expectRefused(LLS_INVALID, lls_embedding(nullptr, ids, 2, &noData, x));
    expectRefused(LLS_INVALID, lls_embedding(nullptr, ids, 2, &negative, x));
    expectRefused(LLS_SHAPE, lls_embedding(nullptr, ids, 2, &huge, x));
    expectRefused(LLS_SHAPE, lls_embedding(nullptr, ids, 2, &blocks, x));
    expectRefused(LLS_UNSUPPORTED, lls_embedding(nullptr, ids, 2, &ints, x));
    expectRefused(LLS_INVALID, lls_embedding_backward(nullptr, nullptr, 2, x, x, 4, 4));
    expectRefused(LLS_INVALID, lls_embedding_backward(nullptr, ids, 2, nullptr, x, 4, 4));
    expectRefused(LLS_INVALID, lls_embedding_backward(nullptr, ids, 2, x, nullptr, 4, 4));
    expectRefused(LLS_SHAPE, lls_embedding_backward(nullptr, ids, 2, x, x, INT64_MAX, 4));
}
