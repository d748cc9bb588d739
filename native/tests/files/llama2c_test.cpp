// llama2.c's versions 0, 1 and 2 say the same model; every other length is refused.
#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/files/llama2c.h"
#include "tests/files/model_bytes.h"

using namespace llmsys;
using namespace llmsys::test;

namespace {

ModelFile read(const std::string& bytes) {
    return readLlama2c({reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())}, "file");
}

std::vector<float> numbers(const ModelFile& file, const std::string& name) {
    for (const FileTensor& tensor : file.tensors) {
        if (tensor.name == name) {
            std::vector<float> all(static_cast<size_t>(tensor.size()));
            tensor.widen(0, tensor.size(), all.data());
            return all;
        }
    }
    ADD_FAILURE() << name;
    return {};
}

}  // namespace

TEST(Llama2c, ReadsTheThreeVersions) {
    for (int version : {0, 1, 2}) {
        for (bool shared : {true, false}) {
            SCOPED_TRACE(std::to_string(version) + (shared ? " shared" : " own"));
            std::string bytes = llama2c(version, shared);
            ModelFile file = read(bytes);
            EXPECT_EQ(file.config.embeddingDim, 8);
            EXPECT_EQ(file.config.numKvHeads, 2);
            EXPECT_EQ(file.config.vocabSize, 11);
            EXPECT_EQ(file.config.tied, shared);
            EXPECT_EQ(file.tensors.size(), 20u + (shared ? 0 : 1));
            std::vector<float> k = numbers(file, "model.layers.1.self_attn.k_proj.weight");
            ASSERT_EQ(k.size(), 32u);
            for (size_t j = 0; j < 32; j++) {
                float whole = static_cast<float>(static_cast<int64_t>(j * 2654435761u % 199) - 99);
                EXPECT_EQ(k[j], version == 2 ? whole * 0.01f : 0.0f + 0.004f * whole) << j;
            }
            EXPECT_EQ(numbers(file, "model.norm.weight").size(), 8u);
        }
    }
}

TEST(Llama2c, RefusesEveryOtherLengthAndNumber) {
    for (int version : {0, 1, 2}) {
        std::string good = llama2c(version);
        for (size_t length = 0; length < good.size(); length += length < 300 ? 1 : 97) {
            EXPECT_THROW(read(good.substr(0, length)), Error) << version << " " << length;
        }
        EXPECT_THROW(read(good + "x"), Error);
        size_t first = version == 0 ? 0 : 8;
        for (size_t field = 0; field < 7; field++) {
            for (int32_t value : {0, -1, 3, 1 << 24, INT32_MIN, INT32_MAX}) {
                if (field == 6 && version > 0 && value > 0 && value <= 1 << 20) {
                    continue;                                 // nothing in these files depends on the context's length
                }
                std::string bad = good;
                std::memcpy(bad.data() + first + 4 * field, &value, 4);
                EXPECT_THROW(read(bad), Error) << version << " field " << field << " " << value;
            }
        }
    }
    EXPECT_THROW(read(llama2c(2, true, 5)), Error);           // groups that do not divide the matrices
    std::string other = llama2c(1);
    other[4] = 3;
    EXPECT_THROW(read(other), Error);
}
