// A safetensors file is taken when its header is exactly what the form allows; what is wrong is named.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/core/error.h"
#include "engine/files/model_reader.h"
#include "engine/files/safetensors.h"
#include "tests/files/model_bytes.h"

using namespace llmsys;
using namespace llmsys::test;

namespace {

std::string refusal(const std::string& bytes) {
    try {
        readSafetensors({reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())}, "file");
        return "";
    } catch (const Error& e) {
        EXPECT_EQ(e.status(), LLS_FILE);
        return e.what();
    }
}

// a F32 of 2, b F16 of 2
constexpr const char* GOOD =
    R"({"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
        "b": {"dtype": "F16", "shape": [2], "data_offsets": [8, 12]}})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

class Folder {
public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("llmsys-shards-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    void write(const std::string& name, const std::string& bytes) const { std::ofstream(path_ / name, std::ios::binary) << bytes; }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST(Safetensors, ReadsTensorsInTheOrderOfTheirData) {
    std::string bytes = safetensors(GOOD, std::string(12, '\0'));
    std::vector<FileTensor> tensors = readSafetensors({reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())}, "file");
    ASSERT_EQ(tensors.size(), 2u);
    EXPECT_EQ(tensors[0].name, "a");
    EXPECT_EQ(tensors[0].shape(), "(1,2)");
    EXPECT_EQ(tensors[1].type, Element::F16);
    EXPECT_EQ(tensors[1].data - reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<std::ptrdiff_t>(8 + std::string(GOOD).size() + 8));
}

TEST(Safetensors, RefusesEachBrokenRule) {
    std::string data(12, '\0');
    auto with = [&](const std::string& from, const std::string& to) { return refusal(safetensors(replaced(GOOD, from, to), data)); };
    EXPECT_EQ(refusal(safetensors(GOOD, data)), "");
    EXPECT_NE(refusal(""), "");
    EXPECT_NE(refusal(safetensors("", "")), "");
    EXPECT_NE(refusal(safetensors(" {}", "")).find("does not start with {"), std::string::npos);
    EXPECT_NE(refusal(ByteWriter().number<uint64_t>(uint64_t{1} << 62).raw("{}").bytes()).find("are there"), std::string::npos);
    EXPECT_NE(refusal(safetensors(GOOD, data + "x")).find("the file holds 13"), std::string::npos);
    EXPECT_NE(refusal(safetensors(GOOD, data.substr(1))), "");
    EXPECT_NE(with("[8, 12]", "[4, 8]").find("overlaps"), std::string::npos);
    EXPECT_NE(with("[8, 12]", "[12, 16]").find("hole"), std::string::npos);
    EXPECT_NE(with("[0, 8]", "[8, 0]").find("its offsets are 8 and 0"), std::string::npos);
    EXPECT_NE(with("[0, 8]", "[0, 7]").find("needs 8 bytes"), std::string::npos);
    EXPECT_NE(with("[1, 2]", "[4611686018427387904, 4]"), "");
    EXPECT_NE(with("[1, 2]", "[1073741824, 1073741824, 16]").find("63 bits"), std::string::npos);
    EXPECT_NE(with("[1, 2]", "[-1, 2]"), "");
    EXPECT_NE(with("[1, 2]", "[1.5, 2]"), "");
    EXPECT_NE(with("\"b\"", "\"a\""), "");                                                    // a name that stands there twice
    EXPECT_NE(with("\"F16\"", "\"F8_E4M3\"").find("F8_E4M3"), std::string::npos);
    EXPECT_NE(with("\"dtype\": \"F32\"", "\"dtype\": 3").find("dtype"), std::string::npos);
    EXPECT_NE(with("\"shape\": [2]", "\"shape\": [2], \"more\": 1"), "");
    EXPECT_NE(with("\"pt\"", "[1]"), "");
    EXPECT_NE(with("[2], ", "[1, 1, 1, 1, 1, 1, 1, 1, 2], "), "");
    float bad = INFINITY;
    std::memcpy(data.data() + 4, &bad, 4);
    EXPECT_NE(refusal(safetensors(GOOD, data)).find("NaN or an infinity"), std::string::npos);
    EXPECT_NE(refusal(safetensors(std::string(1 << 20, '['), "")), "");                        // no recursion without a bound
    EXPECT_NE(refusal(safetensors("{" + std::string(1 << 20, '{'), "")), "");
}

TEST(Shards, FindsEachTensorInItsFile) {
    Folder folder;
    TinyGpt2 whole;
    TinyGpt2 first;
    TinyGpt2 second;
    first.tensors.resize(4);
    second.tensors.erase(second.tensors.begin(), second.tensors.begin() + 4);
    std::string map;
    for (size_t i = 0; i < whole.tensors.size(); i++) {
        map += (i == 0 ? "" : ", ") + ("\"" + whole.tensors[i].name + "\": \"model-" + (i < 4 ? "1" : "2") + ".safetensors\"");
    }
    folder.write("config.json", whole.config);
    folder.write("model-1.safetensors", first.bytes());
    folder.write("model-2.safetensors", second.bytes());
    auto index = [&](const std::string& text) { folder.write("model.safetensors.index.json", text); };
    auto read = [&]() -> std::string {
        try {
            EXPECT_EQ(readModel(folder.path()).tensors.size(), whole.tensors.size());
            return "";
        } catch (const Error& e) {
            return e.what();
        }
    };
    std::string good = "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + map + "}}";
    index(good);
    EXPECT_EQ(read(), "");
    index(replaced(good, "\"ln_f.bias\": \"model-2", "\"ln_f.bias\": \"model-1"));
    EXPECT_NE(read().find("ln_f.bias"), std::string::npos);
    index(replaced(good, "model-2.safetensors", "../model-2.safetensors"));
    EXPECT_NE(read().find("no file name of weights"), std::string::npos);
    index(replaced(good, "model-2.safetensors", "model-3.safetensors"));
    EXPECT_NE(read().find("model-3.safetensors is missing"), std::string::npos);
    index("{\"weight_map\": {}}");
    EXPECT_NE(read().find("names no tensor"), std::string::npos);
    index("{");
    EXPECT_NE(read(), "");
}

TEST(ModelReader, SaysWhatAFolderLacks) {
    Folder folder;
    EXPECT_THROW(readModel(folder.path() + "/none"), Error);
    EXPECT_THROW(readModel(folder.path()), Error);
    folder.write("model.safetensors", TinyGpt2().bytes());
    try {
        readModel(folder.path());
        FAIL();
    } catch (const Error& e) {
        EXPECT_NE(std::string(e.what()).find("config.json"), std::string::npos);
    }
    folder.write("config.json", TinyGpt2().config);
    EXPECT_EQ(readModel(folder.path()).config.vocabSize, 11);
    EXPECT_EQ(readModel(folder.path() + "/model.safetensors").config.vocabSize, 11);
    folder.write("weights.bin", "PK\3\4 a pickle");
    EXPECT_THROW(readModel(folder.path() + "/weights.bin"), Error);
}
