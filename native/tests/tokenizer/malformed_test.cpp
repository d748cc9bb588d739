// Damaged tokenizer files, seeded, through the C surface: each is refused with one message, or reads as a tokenizer that encodes and decodes.
#include "fixtures.h"
#include "tests/files/damage.h"

namespace llmsys {
namespace {

struct Sample {
    const char* name;      // of the file
    std::string bytes;
    bool whole;            // ranks are known by their number, and a table of such a plan is too large to damage often
};

// llama2.c's: the longest text, then score, length and bytes of each piece
std::string llama2cPieces() {
    std::string file;
    auto number = [&](auto value) { file.append(reinterpret_cast<const char*>(&value), sizeof value); };
    number(int32_t{7});
    float score = 0;
    for (const char* text : {"<unk>", "\n<s>\n", "\n</s>\n", "<0x41>", " t", "t", " ", "o", " to", "tt", "to", "ot"}) {
        number(score);
        number(static_cast<int32_t>(std::string(text).size()));
        file += text;
        score -= 1;
    }
    return file;
}

// base64 of a byte, and its rank, a line each; then pairs
std::string ranks() {
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto base64 = [&](const std::string& bytes) {
        uint32_t value = 0;
        for (size_t i = 0; i < 3; i++) {
            value = value << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0);
        }
        std::string text;
        for (size_t i = 0; i < 4; i++) {
            text += i <= bytes.size() ? digits[value >> (18 - 6 * i) & 63] : '=';
        }
        return text;
    };
    std::string file;
    int rank = 0;
    for (int b = 0; b < 256; b++) {
        file += base64(std::string(1, static_cast<char>(b))) + " " + std::to_string(rank++) + "\n";
    }
    for (const char* pair : {"to", "be", "or", " t", " b", "he"}) {
        file += base64(pair) + " " + std::to_string(rank++) + "\n";
    }
    return file;
}

void readsOrRefuses(const Sample& sample, const std::string& bad, int& read, int& refused) {
    ScratchFile file(bad, sample.name);
    test::Bounds bounds;
    lls_handle tokenizer = 0;
    lls_status status = lls_tokenizer_load(file.path().c_str(), nullptr, &tokenizer);
    if (status != LLS_OK) {
        refused++;
        ASSERT_TRUE(status == LLS_FILE || status == LLS_UNSUPPORTED || status == LLS_NOT_FOUND) << status << lls_last_error();
        ASSERT_NE(std::string(lls_last_error()).find("\nfix: "), std::string::npos);
    } else {
        read++;
        const std::string text = "to be or not to be\n\xE4\xB8\xAD A A\xFF";
        int32_t ids[256];
        char back[4096];
        int64_t count = 0, bytes = 0;
        status = lls_tokenizer_encode(tokenizer, text.data(), static_cast<int64_t>(text.size()), 1, ids, 256, &count);
        ASSERT_NE(status, LLS_INTERNAL) << lls_last_error();
        if (status == LLS_OK) {
            status = lls_tokenizer_decode(tokenizer, ids, count, back, sizeof back, &bytes);
            ASSERT_TRUE(status == LLS_OK || status == LLS_SHAPE) << lls_last_error();
        }
        ASSERT_EQ(lls_tokenizer_close(tokenizer), LLS_OK);
    }
    ASSERT_TRUE(bounds.kept());
}

}  // namespace

TEST(MalformedTokenizer, EachIsRefusedOrReads) {
    const std::vector<std::pair<std::string, std::string>> merges = {{"t", "o"}, {"b", "e"}, {" ", "to"}, {"A", "A"}};
    const Sample samples[] = {{"tokenizer.json", byteBpeJson(merges, GPT2_CUT), true},
                              {"tokenizer.model",
                               pieceModel({{"\u2581to", -1}, {"to", -2}, {"\u2581", -3}, {"t", -4}, {"o", -5}, {"be", -6}}, true), true},
                              {"tokenizer.bin", llama2cPieces(), true}, {"ranks.tiktoken", ranks(), false}};
    std::mt19937_64 random(13);
    int read = 0, refused = 0;
    for (const Sample& sample : samples) {
        int before = read;
        readsOrRefuses(sample, sample.bytes, read, refused);
        EXPECT_EQ(read, before + (sample.whole ? 1 : 0)) << sample.name << " without damage: " << lls_last_error();
        for (int i = 0; i < test::rounds(600); i++) {
            SCOPED_TRACE(sample.name + (" " + std::to_string(i)));
            readsOrRefuses(sample, test::damaged(sample.bytes, random, sample.bytes.size()), read, refused);
        }
    }
    EXPECT_GT(read, 50);
    EXPECT_GT(refused, 500);
}

}  // namespace llmsys
