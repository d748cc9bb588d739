// How the known models cut text: cases by hand, every piece not empty, all together the text.
#include "engine/tokenizer/bytepair/cut.h"

#include "fixtures.h"

namespace llmsys {
namespace {

using Pieces = std::vector<std::string>;

Pieces pieces(const Cut& cut, std::string_view text) {
    Pieces all;
    cut.forEach(reinterpret_cast<const uint8_t*>(text.data()), 0, text.size(),
                [&](size_t from, size_t to) { all.emplace_back(text.substr(from, to - from)); });
    return all;
}

TEST(Cut, Gpt2) {
    Cut cut{CutStep::Gpt2};
    EXPECT_EQ((Pieces{"it", "'s", "  ", " the", " 3", "rd", "!?", "\n", "\n", "x"}), pieces(cut, "it's   the 3rd!?\n\nx"));
    EXPECT_EQ((Pieces{"it", "'", "S", " 123456", "  "}), pieces(cut, "it'S 123456  "));
    EXPECT_EQ((Pieces{}), pieces(cut, ""));
}

TEST(Cut, Cl100kAndLlama3DifferAtTheEnd) {
    EXPECT_EQ((Pieces{"It", "'S", " ", "123", "456", "!\n", "x", " \n\n", " y", "\t\n "}), pieces({CutStep::Cl100k}, "It'S 123456!\nx \n\n y\t\n "));
    EXPECT_EQ((Pieces{"x", "\t\n", " "}), pieces({CutStep::Llama3}, "x\t\n "));
    EXPECT_EQ((Pieces{"1", "2", "\u00b2"}), pieces({CutStep::Qwen2}, "12\u00b2"));
    EXPECT_EQ((Pieces{"(foo", ")", "\tbar", "'\u017f"}), pieces({CutStep::Llama3}, "(foo)\tbar'\u017f"));
}

TEST(Cut, O200kCutsWhereLowerTurnsToUpper) {
    Cut cut{CutStep::O200k};
    EXPECT_EQ((Pieces{"camel", "Case", " XMLHttp", " '", "s"}), pieces(cut, "camelCase XMLHttp 's"));
    EXPECT_EQ((Pieces{"Don't", " we'LL", "//\n/", "a"}), pieces(cut, "Don't we'LL//\n/a"));
    EXPECT_EQ((Pieces{"e\u0301", "Ab"}), pieces(cut, "e\u0301Ab"));
    EXPECT_EQ((Pieces{"a", "B", "1", "2"}), pieces({CutStep::Tekken}, "aB12"));
}

TEST(Cut, StepsCutThePiecesOfTheStepBefore) {
    EXPECT_EQ((Pieces{"ab", "1", "2", " cd", " ", "3"}), pieces({CutStep::EachNumber, CutStep::Gpt2}, "ab12 cd 3"));
    EXPECT_EQ((Pieces{"123", "4", "\u4e2d\u6587", "abc", "\u3042"}),
              pieces({CutStep::ThreeNumbers, CutStep::IdeographsAndKana, CutStep::DeepSeekV3}, "1234\u4e2d\u6587abc\u3042"));
    // after ByteLevel the bytes of U+00F2, C3 B2, are written with B2, which is a number
    EXPECT_EQ((Pieces{"\xC3", "\xB2"}), pieces({CutStep::Punctuation, CutStep::Gpt2, CutStep::WrittenNumbers, CutStep::WrittenThreeDigits},
                                               "\u00f2"));
}

TEST(Cut, PiecesAreTheTextWhateverTheBytes) {
    const CutStep all[] = {CutStep::Gpt2, CutStep::Cl100k, CutStep::Llama3, CutStep::Qwen2, CutStep::O200k, CutStep::Tekken, CutStep::DeepSeekV3,
            CutStep::Bloom,
                           CutStep::EachNumber, CutStep::Numbers, CutStep::ThreeNumbers, CutStep::ThreeDigits, CutStep::Punctuation,
                                   CutStep::SignsAndOperators,
                           CutStep::LineEnds, CutStep::Letters, CutStep::Signs, CutStep::IdeographsAndHangul, CutStep::IdeographsAndKana,
                           CutStep::WrittenThreeDigits, CutStep::WrittenNumbers};
    const std::string parts[] = {"a", "B", " ", "\n", "'", "s", "1", "\xC3", "\xA9", "\u0301", "\u4e2d", "\xF0\x9F\x98\x80", "!", "\xE2\x80\x83",
            "\xFF", "/"};
    uint32_t state = 1;
    for (int round = 0; round < 3000; round++) {
        std::string text;
        for (int i = 0; i < round % 14; i++) {
            state = state * 1664525u + 1013904223u;
            text += parts[state >> 28];
        }
        for (CutStep step : all) {
            std::string together;
            for (const std::string& piece : pieces(Cut{step}, text)) {
                ASSERT_FALSE(piece.empty());
                together += piece;
            }
            ASSERT_EQ(text, together);
        }
    }
}

TEST(Cut, ExpressionsAreKnownOrNot) {
    EXPECT_EQ(CutStep::EachNumber, stepOfPattern("\\p{N}"));
    EXPECT_EQ(CutStep::LineEnds, stepOfPattern("[\r\n]"));
    EXPECT_EQ(CutStep::Gpt2, stepOfPattern("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"));
    EXPECT_FALSE(stepOfPattern("(a+)+$").has_value());
    EXPECT_TRUE(ggufCut("llama-bpe").begins);
    EXPECT_TRUE(ggufCut("qwen2").composes);
    for (const char* name : {"", "gpt", "gpt-2 gpt2", "my-cut", " "}) {
        EXPECT_EQ(LLS_UNSUPPORTED, statusOf([&] { ggufCut(name); })) << name;
    }
}

}  // namespace
}  // namespace llmsys
