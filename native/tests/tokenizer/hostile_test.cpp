// Texts that are made to be slow: half a megabyte of one thing is encoded in linear time, without recursion, and comes back byte by byte.
#include "fixtures.h"

namespace llmsys {
namespace {

// Merges over runs of one letter and of blanks, so that a megabyte of them merges all the way.
std::vector<std::pair<std::string, std::string>> doublings() {
    std::vector<std::pair<std::string, std::string>> merges;
    for (const char* unit : {"A", " ", "\n", "\xE4", "\xCC\x81"}) {
        std::string run = unit;
        if (run.size() == 2) {
            merges.emplace_back("\xCC", "\x81");
        }
        for (int i = 0; i < 8; i++) {
            merges.emplace_back(run, run);
            run += run;
        }
    }
    return merges;
}

std::vector<TestPiece> doublePieces() {
    std::vector<TestPiece> pieces;
    float score = 0;
    for (const char* unit : {"A", "\u2581", "\u4e2d", "\u0301"}) {
        std::string run = unit;
        for (int i = 0; i < 8; i++) {
            pieces.push_back({run, score -= 1});
            run += run;
        }
    }
    return pieces;
}

constexpr size_t SIZE = 1 << 19;
const std::vector<std::string> UNITS = {"A", " ", "\n", "\u4e2d", "\u0301", "a\u0301", "'s", "1", "!", "\xFF", "\xE4", "<|endoftext|", "Ab", "\u3000",
        " A"};

std::string repeated(const std::string& unit, size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
        text += unit;
    }
    return text;
}

void expectLinear(const Tokenizer& tokenizer, bool exact) {
    for (const std::string& unit : UNITS) {
        std::string text = repeated(unit, SIZE);
        Ids ids = tokenizer.encode(text);
        std::string back = tokenizer.decode(ids);
        if (exact) {
            ASSERT_EQ(text, back) << unit;
        }
        ASSERT_LE(ids.size(), 3 * text.size());
    }
}

TEST(Hostile, HalfAMegabyteOfOneThingThroughEveryCut) {
    const std::string cl100k = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}"
        "]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
    const std::string none = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}";
    const std::string split = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" + cl100k
            + "\"},\"behavior\":\"Isolated\"}," + none + "]}";
    for (const std::string& cut : {GPT2_CUT, split, none}) {
        expectLinear(*ofText(byteBpeJson(doublings(), cut)), true);
    }
}

TEST(Hostile, HalfAMegabyteOfOneThingThroughPieces) { expectLinear(*tokenizerOfBytes(pieceModel(doublePieces(), true), "tokenizer.model"), true); }

TEST(Hostile, ComposingHalfAMegabyteOfMarks) {
    auto tokenizer = ofText(byteBpeJson(doublings(), GPT2_CUT, "{\"type\":\"NFC\"}"));
    for (const char* unit : {"\u0301", "\u0301\u0323", "e\u0301", "\u1100\u1161\u11a8"}) {
        EXPECT_FALSE(tokenizer->encode(repeated(unit, SIZE)).empty());
    }
}

TEST(Hostile, AddedTokensWithLongCommonBeginnings) {
    std::string more;
    for (int i = 0; i < 200; i++) {
        more += ",{\"id\":" + std::to_string(1000 + i) + ",\"content\":\"" + std::string(static_cast<size_t>(20 + i), 'A') + "B\",\"special\":false}";
    }
    auto tokenizer = ofText(byteBpeJson(doublings(), GPT2_CUT, "null", more));
    std::string text = repeated("A", 1 << 15);
    EXPECT_EQ(text, tokenizer->decode(tokenizer->encode(text)));
}

}  // namespace
}  // namespace llmsys
