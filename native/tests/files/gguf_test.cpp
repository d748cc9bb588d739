// The GGUF reader takes what llama.cpp's own test takes and refuses what it refuses; each rule has a file of its own that breaks it.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/files/gguf_header.h"
#include "engine/files/gguf_model.h"
#include "engine/files/mapped_file.h"
#include "tests/files/model_bytes.h"

using namespace llmsys;
using namespace llmsys::test;

namespace {

Bytes view(const std::string& bytes) { return {reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())}; }

// The reason of the refusal, "" when it was read.
std::string refusal(const std::function<void()>& read) {
    try {
        read();
        return "";
    } catch (const Error& e) {
        EXPECT_NE(e.status(), LLS_INTERNAL);
        return e.what();
    }
}

std::string header(const std::string& bytes) {
    return refusal([&] { GgufHeader(view(bytes), "file"); });
}

std::string model(const GgufWriter& file) {
    std::string bytes = file.bytes();
    return refusal([&] { readGguf(view(bytes), "file"); });
}

}  // namespace

TEST(Gguf, TakesAndRefusesWhatLlamaCppsTestDoes) {
    const char* shared = std::getenv("LLMSYS_SHARED");
    if (shared == nullptr) {
        GTEST_SKIP() << "LLMSYS_SHARED does not name the folder of oracles";
    }
    int accepted = 0;
    int rejected = 0;
    for (const auto& each : std::filesystem::directory_iterator(std::string(shared) + "/oracles/gguf-files")) {
        std::string path = each.path().string();
        if (!endsWith(path, ".gguf")) {
            continue;
        }
        MappedFile file(path);
        std::string why = refusal([&] { GgufHeader(file.bytes(), path); });
        bool accept = path.find("ACCEPT") != std::string::npos;
        EXPECT_EQ(why.empty(), accept) << path << ": " << why;
        (accept ? accepted : rejected)++;
    }
    EXPECT_GT(accepted, 0);
    EXPECT_GT(rejected, 0);
}

TEST(Gguf, ReadsKeysOfEachKind) {
    GgufWriter file;
    file.key("u8", 0, "\xff");
    file.key("i8", 1, "\xff");
    file.key("i16", 3, ByteWriter().number<int16_t>(-2).bytes());
    file.key("u64", 10, ByteWriter().number<uint64_t>(1ull << 40).bytes());
    file.key("f64", 12, ByteWriter().number(0.1).bytes());
    file.f32("f32", 0.5f);
    file.key("flag", 7, std::string(1, '\1'));
    file.text("text", "words");
    file.key("texts", 9, ByteWriter().number<uint32_t>(8).number<uint64_t>(2).text("").text("b").bytes());
    file.key("wholes", 9, ByteWriter().number<uint32_t>(3).number<uint64_t>(2).number<int16_t>(7).number<int16_t>(-7).bytes());
    file.key("reals", 9, ByteWriter().number<uint32_t>(6).number<uint64_t>(1).number(1.5f).bytes());
    for (uint32_t version : {2u, 3u}) {
        std::string bytes = file.bytes(version);
        GgufHeader header(view(bytes), "file");
        EXPECT_EQ(header.whole("u8"), 255);
        EXPECT_EQ(header.whole("i8"), -1);
        EXPECT_EQ(header.whole("i16"), -2);
        EXPECT_EQ(header.whole("u64"), int64_t{1} << 40);
        EXPECT_EQ(header.real("f64"), 0.1);
        EXPECT_EQ(header.real("f32"), 0.5);
        EXPECT_EQ(header.flag("flag"), true);
        EXPECT_EQ(header.text("text"), "words");
        EXPECT_EQ(header.texts("texts"), (std::vector<std::string_view>{"", "b"}));
        EXPECT_EQ(header.wholes("wholes"), (std::vector<int64_t>{7, -7}));
        EXPECT_EQ(header.reals("reals"), (std::vector<double>{1.5}));
        EXPECT_EQ(header.text("absent"), std::nullopt);
        EXPECT_THROW(header.text("u8"), Error);                  // a wrong type is an error, never another type's bits
        EXPECT_THROW(header.whole("texts"), Error);
        EXPECT_THROW(header.reals("texts"), Error);
    }
}

TEST(Gguf, RefusesEachBrokenRuleByItsName) {
    std::string good = tinyLlama().bytes();
    EXPECT_EQ(header(good), "");
    EXPECT_NE(header("").find("does not begin with GGUF"), std::string::npos);
    EXPECT_NE(header("GGUF").find("ends where"), std::string::npos);
    EXPECT_NE(header(tinyLlama().bytes(1)).find("version 1"), std::string::npos);

    std::string many = good;
    uint64_t huge = uint64_t{1} << 63;
    std::memcpy(many.data() + 8, &huge, 8);
    EXPECT_NE(header(many).find("claims 9223372036854775808 tensors"), std::string::npos);

    GgufWriter array;                                                        // 2^61 numbers of 8 bytes: the product is 0 with 64 bits
    array.key("a", 9, ByteWriter().number<uint32_t>(10).number<uint64_t>(uint64_t{1} << 61).bytes());
    EXPECT_NE(header(array.bytes()).find("claims"), std::string::npos);
    GgufWriter nested;
    nested.key("a", 9, ByteWriter().number<uint32_t>(9).number<uint64_t>(1).number<uint32_t>(4).number<uint64_t>(0).bytes());
    EXPECT_NE(header(nested.bytes()).find("array of arrays"), std::string::npos);
    GgufWriter twice;
    twice.u32("a", 1);
    twice.u32("a", 1);
    EXPECT_NE(header(twice.bytes()).find("stands there twice"), std::string::npos);
    GgufWriter alignment;
    alignment.u32("general.alignment", 24);
    EXPECT_NE(header(alignment.bytes()).find("power of two"), std::string::npos);

    auto tensor = [](std::vector<int64_t> extents, uint32_t type) {
        GgufWriter file;
        file.tensor({"t", std::move(extents), type, std::string(64, '\0')});
        return header(file.bytes());
    };
    EXPECT_EQ(tensor({4, 4}, 0), "");
    EXPECT_NE(tensor({4, -4}, 0).find("has the dimension"), std::string::npos);
    EXPECT_NE(tensor({int64_t{1} << 40, int64_t{1} << 40}, 0).find("more bytes than 63 bits"), std::string::npos);
    EXPECT_NE(tensor({1, 16}, 8).find("blocks of 32"), std::string::npos);
    EXPECT_NE(tensor({4, 4}, 4).find("unknown type 4"), std::string::npos);     // a type that was taken away
    EXPECT_NE(tensor({4, 5}, 0).find("should have"), std::string::npos);
    EXPECT_NE(tensor({1, 1, 1, 1, 16}, 0).find("5 dimensions"), std::string::npos);
}

TEST(Gguf, RefusesTruncationAtEveryByte) {
    std::string good = tinyLlama().bytes();
    for (size_t length = 0; length < good.size(); length++) {
        std::string cut = good.substr(0, length);
        EXPECT_NE(refusal([&] { readGguf(view(cut), "file"); }), "") << length;
    }
}

TEST(GgufModel, ReadsTheConfigurationAndHuggingFacesNames) {
    std::string bytes = tinyLlama().bytes();
    ModelFile file = readGguf(view(bytes), "file");
    EXPECT_EQ(file.config.family, "llama");
    EXPECT_EQ(file.config.vocabSize, 11);
    EXPECT_EQ(file.config.numKvHeads, 2);
    EXPECT_EQ(file.config.headDim, 2);
    EXPECT_TRUE(file.config.tied);
    EXPECT_TRUE(file.config.interleaved);
    EXPECT_EQ(file.config.normEps, 1e-5f);
    EXPECT_EQ(file.config.ropeTheta, 10000);
    EXPECT_EQ(file.tensors[1].name, "model.layers.0.input_layernorm.weight");
    EXPECT_EQ(huggingFaceName("blk.12.attn_qkv.bias", true), "h.12.attn.c_attn.bias");
    EXPECT_EQ(huggingFaceName("blk.x.attn_q.weight", false), "");
}

TEST(GgufModel, RefusesWhatWouldBeAnotherModel) {
    auto with = [](const std::function<void(GgufWriter&)>& change) {
        GgufWriter file = tinyLlama();
        change(file);
        return model(file);
    };
    EXPECT_EQ(with([](GgufWriter&) {}), "");
    EXPECT_NE(with([](GgufWriter& f) { f.u32("llama.expert_count", 8); }).find("mixtures of experts"), std::string::npos);
    EXPECT_NE(with([](GgufWriter& f) { f.u32("llama.rope.dimension_count", 1); }).find("rope.dimension_count"), std::string::npos);
    EXPECT_NE(with([](GgufWriter& f) { f.text("llama.rope.scaling.type", "longrope"); }).find("rope.scaling.type"), std::string::npos);
    EXPECT_NE(with([](GgufWriter& f) { f.f32("llama.rope.freq_base", -1); }).find("rope.freq_base"), std::string::npos);
    EXPECT_NE(with([](GgufWriter& f) { f.u32("split.count", 3); }).find("one of 3 parts"), std::string::npos);
    EXPECT_NE(with([](GgufWriter& f) { f.tensors()[3].type = 10; f.tensors()[3].extents = {256}; f.tensors()[3].data.resize(84); }).find("Q2_K"),
              std::string::npos);
    EXPECT_NE(with([](GgufWriter& f) {
                  float bad = NAN;
                  std::memcpy(f.tensors()[2].data.data() + 8, &bad, 4);
              }).find("NaN or an infinity"), std::string::npos);
    GgufWriter other;
    other.text("general.architecture", "mamba");
    EXPECT_NE(model(other).find("\"mamba\""), std::string::npos);
}

TEST(GgufModel, ReadsStretchedPositions) {
    GgufWriter linear = tinyLlama();
    linear.text("llama.rope.scaling.type", "linear");
    linear.f32("llama.rope.scaling.factor", 4);
    std::string bytes = linear.bytes();
    EXPECT_EQ(readGguf(view(bytes), "file").config.scaling.kind, RotaryScaling::Kind::LINEAR);
    GgufWriter factors = tinyLlama();
    factors.tensor({"rope_freqs.weight", {1}, 0, floats(1, 8, 0)});
    bytes = factors.bytes();
    ModelFile file = readGguf(view(bytes), "file");
    EXPECT_EQ(file.config.scaling.frequencies(2, 10000), (std::vector<double>{1.0 / 8}));
    EXPECT_EQ(file.tensors.size(), tinyLlama().tensors().size());
    GgufWriter window = tinyLlama();
    window.u32("llama.attention.sliding_window", 5);
    bytes = window.bytes();
    EXPECT_EQ(readGguf(view(bytes), "file").config.window, 5);
}
