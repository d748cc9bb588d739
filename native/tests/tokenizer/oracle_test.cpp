// Real vocabularies: ids that others computed.
#include <iterator>
#include <sstream>

#include "fixtures.h"

namespace llmsys {
namespace {

std::vector<std::string> parts(const std::string& text, const std::string& separator) {
    std::vector<std::string> all;
    size_t at = 0;
    for (size_t next = text.find(separator); next != std::string::npos; next = text.find(separator, at)) {
        all.push_back(text.substr(at, next - at));
        at = next + separator.size();
    }
    all.push_back(text.substr(at));
    return all;
}

Ids numbers(const std::string& line) {
    std::istringstream in(line);
    return Ids(std::istream_iterator<int32_t>(in), {});
}

TEST(Oracle, HardStringsOfLlamaCpp) {
    REQUIRE_SHARED();
    for (const char* name : {"gpt-2", "llama-spm"}) {
        std::string path = sharedFolder() + "/oracles/tokenizers/vocab/ggml-vocab-" + name + ".gguf";
        auto tokenizer = readTokenizer(path);
        std::vector<std::string> texts = parts(contentOf(path + ".inp"), "\n__ggml_vocab_test__\n");
        std::vector<std::string> lines = parts(contentOf(path + ".out"), "\n");
        ASSERT_EQ(47u, texts.size());
        for (size_t i = 0; i < texts.size(); i++) {
            Ids expected = numbers(lines[i]);
            EXPECT_EQ(expected, tokenizer->encode(texts[i], false)) << name << ": " << texts[i];
            EXPECT_EQ(texts[i], tokenizer->decode(expected)) << name;
        }
    }
}

TEST(Oracle, Gpt2FromItsOwnFilesIsGpt2FromGguf) {
    REQUIRE_SHARED();
    auto files = readTokenizer(sharedFolder() + "/data/tokenizers/gpt2");
    auto gguf = readTokenizer(sharedFolder() + "/oracles/tokenizers/vocab/ggml-vocab-gpt-2.gguf");
    auto ranks = readTokenizer(sharedFolder() + "/data/tokenizers/tiktoken/r50k_base.tiktoken");
    EXPECT_EQ(50257, files->vocabSize());
    EXPECT_EQ(50256, files->endOfText());
    std::string text = contentOf(sharedFolder() + "/data/corpora/tinystories_train_head_197KB.txt");
    Ids ids = files->encode(text);
    EXPECT_EQ(ids, gguf->encode(text));
    EXPECT_EQ(ids, ranks->encode(text));
    EXPECT_EQ(text, files->decode(ids));
}

// "EncodingName: r50k_base", "Sample: text", "Encoded: [1, 2]", in blocks parted by empty lines
TEST(Oracle, TiktokensTestPlans) {
    REQUIRE_SHARED();
    std::string plans = contentOf(sharedFolder() + "/oracles/tokenizers/tiktoken_TestPlans.txt");
    std::string encoding, sample;
    std::shared_ptr<const Tokenizer> tokenizer;
    int checked = 0;
    for (std::string line : parts(plans, "\n")) {
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        auto after = [&](const char* head) { return line.rfind(head, 0) == 0 ? line.substr(std::string(head).size()) : std::string(); };
        if (line.rfind("EncodingName: ", 0) == 0) {
            std::string name = after("EncodingName: ");
            if (name != encoding) {
                tokenizer = readTokenizer(sharedFolder() + "/data/tokenizers/tiktoken/" + (name == "p50k_edit" ? "p50k_base" : name) + ".tiktoken");
                encoding = name;
            }
        } else if (line.rfind("Sample: ", 0) == 0) {
            sample = after("Sample: ");
        } else if (line.rfind("Encoded: ", 0) == 0) {
            std::string list = after("Encoded: ");
            for (char& c : list) {
                c = c == '[' || c == ']' || c == ',' ? ' ' : c;
            }
            Ids expected = numbers(list);
            EXPECT_EQ(expected, tokenizer->encode(sample, false)) << encoding << ": " << sample;
            EXPECT_EQ(sample, tokenizer->decode(expected));
            checked++;
        }
    }
    EXPECT_GT(checked, 100);
}

TEST(Oracle, Llama2cWritesThePromptAsLlama2c) {
    REQUIRE_SHARED();
    auto bin = readTokenizer(sharedFolder() + "/data/models/stories260K/tok512.bin");
    EXPECT_EQ(512, bin->vocabSize());
    std::string prompt = contentOf(sharedFolder() + "/oracles/stories260K/nll_prompt.txt");
    for (char end : {'\n', '\r'}) {
        prompt = !prompt.empty() && prompt.back() == end ? prompt.substr(0, prompt.size() - 1) : prompt;
    }
    Ids ids = numbers(contentOf(sharedFolder() + "/oracles/stories260K/nll_prompt_ids.txt"));
    EXPECT_EQ(bin->decode(ids), bin->decode(bin->encode(prompt)));
}

TEST(Oracle, CutOffGgufFilesAreRefused) {
    REQUIRE_SHARED();
    std::string file = contentOf(sharedFolder() + "/oracles/tokenizers/vocab/ggml-vocab-llama-spm.gguf");
    for (size_t i = 0; i < 60; i++) {
        size_t length = i < 30 ? i : file.size() * i / 61;
        lls_status status = statusOf([&] { tokenizerOfBytes(std::string_view(file).substr(0, length), "cut.gguf"); });
        EXPECT_EQ(LLS_FILE, status) << length;
    }
}

}  // namespace
}  // namespace llmsys
