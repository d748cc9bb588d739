// SentencePiece-style BPE: pieces by hand, bytes for what is unknown, spaces at both ends, unused and user-defined pieces, llama2.c's form.
#include <array>
#include <cmath>

#include "fixtures.h"

namespace llmsys {
namespace {

const std::vector<TestPiece> PIECES = {{"\u2581t", -1}, {"he", -2}, {"\u2581the", -3}, {"\u2581", -4}, {"t", -5}, {"h", -6}, {"e", -7}, {"a", -8},
        {"\u00e9", -9}};

std::shared_ptr<const Tokenizer> model(const std::vector<TestPiece>& pieces, bool bytes, bool removeExtra = false, bool prefix = true) {
    return tokenizerOfBytes(pieceModel(pieces, bytes, removeExtra, prefix), "tokenizer.model");
}

TEST(SentencePiece, MergesTheHighestScoreFirst) {
    auto tokenizer = model(PIECES, false);
    EXPECT_STREQ("sentencepiece-bpe", tokenizer->type());
    EXPECT_EQ(12, tokenizer->vocabSize());
    EXPECT_EQ(2, tokenizer->endOfText());
    EXPECT_EQ((Ids{5, 5, 10}), tokenizer->encode("the thea"));
    EXPECT_EQ((Ids{6, 5}), tokenizer->encode(" the"));
    EXPECT_EQ((Ids{}), tokenizer->encode(""));
    EXPECT_EQ("the thea", tokenizer->decode({5, 5, 10}));
    EXPECT_EQ(" the", tokenizer->decode({6, 5}));
}

TEST(SentencePiece, UnknownCharactersFuseOrBecomeBytes) {
    auto fused = model(PIECES, false);
    EXPECT_EQ((Ids{6, 0, 10}), fused->encode("xyza"));
    EXPECT_EQ(" \u2047 a", fused->decode({0, 10}));
    auto bytes = model(PIECES, true);
    EXPECT_EQ((Ids{6 + 256, 3 + 0xE4, 3 + 0xB8, 3 + 0xAD, 10 + 256}), bytes->encode("\u4e2da"));
    EXPECT_EQ("\u4e2da", bytes->decode(bytes->encode("\u4e2da")));
    EXPECT_EQ("a\xFFh\xC3", bytes->decode(bytes->encode("a\xFFh\xC3"))) << "bytes that are not UTF-8 come back";
}

TEST(SentencePiece, DecodingNeverChangesWhatWasWritten) {
    auto tokenizer = model(PIECES, true);
    std::string text = "the \u4e2d  h\u00e9 \xFF e";
    Ids ids = tokenizer->encode(text);
    Tokenizer::Place place;
    std::string written;
    for (int32_t id : ids) {
        tokenizer->decodeNext(id, place, written);
        ASSERT_EQ(written, text.substr(0, written.size()));
    }
    EXPECT_EQ(text, written);
}

TEST(SentencePiece, SpacesAreRemovedOrKeptAsTheModelSays) {
    auto removing = model(PIECES, false, true);
    EXPECT_EQ((Ids{5, 5}), removing->encode("  the   the "));
    EXPECT_EQ((Ids{}), removing->encode("   "));
    auto without = model(PIECES, false, false, false);
    EXPECT_EQ((Ids{7, 4}), without->encode("the"));
    EXPECT_EQ(" the", without->decode({5}));
}

TEST(SentencePiece, ControlsAreFoundWhenTheyAreAskedFor) {
    auto tokenizer = model(PIECES, true);
    EXPECT_EQ((Ids{6 + 256, 10 + 256, 2, 5 + 256}), tokenizer->encode("a</s>the", true));
    EXPECT_EQ("athe", tokenizer->decode({10 + 256, 2, 7 + 256, 4 + 256}));
    EXPECT_EQ(8u, tokenizer->encode("a</s>the", false).size());       // _ a < / s > t he
}

TEST(SentencePiece, UserDefinedPiecesStandAndUnusedOnesComeApart) {
    std::vector<TestPiece> pieces = PIECES;
    pieces.push_back({"hea", 0, 4});
    pieces[0].type = 5;                                     // U+2581 t
    auto tokenizer = model(pieces, false);
    EXPECT_EQ((Ids{6, 7, 12}), tokenizer->encode("thea"));
    EXPECT_EQ((Ids{5}), tokenizer->encode("the")) << "made over the unused piece";
    EXPECT_EQ((Ids{6, 7, 10}), tokenizer->encode("ta")) << "which does not stay";
}

TEST(SentencePiece, Llama2cFilesBeginWithABeginning) {
    std::string file;
    auto number = [&](int32_t value) { file.append(reinterpret_cast<const char*>(&value), 4); };
    auto add = [&](float score, const std::string& text) {
        file.append(reinterpret_cast<const char*>(&score), 4);
        number(static_cast<int32_t>(text.size()));
        file += text;
    };
    number(7);
    add(0, "<unk>");
    add(0, "\n<s>\n");
    add(0, "\n</s>\n");
    add(0, "<0x41>");
    for (const auto& [text, score] : std::vector<std::pair<std::string, float>>{{" t", -1}, {"t", -2}, {" ", -3}, {"o", -4}, {" to", -5}}) {
        add(score, text);
    }
    auto tokenizer = tokenizerOfBytes(file, "tokenizer.bin");
    EXPECT_EQ((Ids{1, 8, 8, 3}), tokenizer->encode("to toA"));
    EXPECT_EQ((Ids{8}), tokenizer->encode("to", false));
    EXPECT_EQ("to toA", tokenizer->decode({1, 8, 8, 3}));
    for (size_t length = 0; length < file.size(); length++) {       // every beginning is refused or whole pieces
        lls_status status = statusOf([&] { tokenizerOfBytes(std::string_view(file).substr(0, length), "tokenizer.bin"); });
        ASSERT_TRUE(status == LLS_FILE || status == LLS_OK) << length;
    }
}

std::string pieceJson(const std::string& normalizer, const std::string& preTokenizer, const std::string& decoder) {
    return "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true},{\"id\":1,\"content\":\"<s>\",\"special\":true},{\"id\":9,"
        "\"content\":\"<x>\",\"special\":false,\"normalized\":false}],"
           "\"normalizer\":" + normalizer + ",\"pre_tokenizer\":" + preTokenizer + ",\"decoder\":" + decoder
            + ",\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\"}},{\"Sequence\":{\"id\":\"A\"}}],"
                "\"special_tokens\":{\"<s>\":{\"ids\":[1]}}},"
              "\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"vocab\":{\"<unk>\":0,\"<s>\":1,\"\u2581\":2,\"t\":3,\"o\":4,"
                  "\"\u2581t\":5,\"\u2581to\":6,\"to\":7,\"tt\":8},"
              "\"merges\":[\"\u2581 t\",[\"\u2581t\",\"o\"],\"t o\",\"t t\"]}}";
}

const std::string REPLACE = "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}";
const std::string LLAMA = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\u2581\"}," + REPLACE + "]}";
const std::string BYTES = "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"\u2581\"},\"content\":\" \"},"
    "{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}";

TEST(SentencePiece, HuggingFaceFilesAreTakenByTheirWord) {
    auto llama = ofText(pieceJson(LLAMA, "null", BYTES + ",{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}"));
    EXPECT_EQ((Ids{1, 6, 6}), llama->encode("to to"));
    EXPECT_EQ((Ids{6, 9, 6}), llama->encode("to<x>to", false)) << "a run behind an added token gets its prefix too";
    EXPECT_EQ("to to", llama->decode({1, 6, 6}));
    auto metaspace = ofText(pieceJson("null", "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"first\",\"split\":false}",
                                      BYTES + "]}"));
    EXPECT_EQ((Ids{6, 9, 7}), metaspace->encode("to<x>to", false));
    EXPECT_EQ(" to<x>to", metaspace->decode({6, 9, 7}));
    auto gemma = ofText(pieceJson(REPLACE, "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithPrevious\",\"invert\":false}",
                                  BYTES + "]}"));
    EXPECT_EQ((Ids{7, 6}), gemma->encode("to to", false)) << "the normalizer left no space to split at";
    for (const auto& [normalizer, cut, decoder, name] : std::vector<std::array<std::string, 4>>{
             {"{\"type\":\"NFKC\"}", "null", BYTES + "]}", "NFKC"}, {LLAMA, "{\"type\":\"Whitespace\"}", BYTES + "]}", "Whitespace"},
             {LLAMA, "null", "{\"type\":\"WordPiece\"}", "WordPiece"}, {LLAMA, "null", "null", "decoder"}}) {
        try {
            ofText(pieceJson(normalizer, cut, decoder));
            FAIL() << name;
        } catch (const Error& e) {
            EXPECT_EQ(LLS_UNSUPPORTED, e.status());
            EXPECT_NE(std::string::npos, std::string(e.what()).find(name)) << e.what();
        }
    }
}

TEST(SentencePiece, DamagedModelsAreRefused) {
    auto status = [](const std::vector<TestPiece>& pieces, bool bytes = false) { return statusOf([&] { model(pieces, bytes); }); };
    EXPECT_EQ(LLS_FILE, status({{"a", 0}, {"a", 0}}));
    EXPECT_EQ(LLS_FILE, status({{"", 0}}));
    EXPECT_EQ(LLS_FILE, status({{"a", NAN}}));
    EXPECT_EQ(LLS_FILE, status({{"a", 0, 7}}));
    EXPECT_EQ(LLS_FILE, status({{"a", 0, 2}})) << "a second unknown piece";
    EXPECT_EQ(LLS_FILE, status({{"<0x-1>", 0, 6}}));
    EXPECT_EQ(LLS_FILE, status({{"\xFF", 0}}));
    EXPECT_EQ(LLS_FILE, status({{std::string(5000, 'a'), 0}}));
    EXPECT_EQ(LLS_UNSUPPORTED, statusOf([] { tokenizerOfBytes(pieceModel(PIECES, false) + Proto().content(2, Proto().whole(3, 1).bytes()).bytes(),
                                                              "x"); })) << "unigram";
    std::string good = pieceModel(PIECES, false);
    for (size_t length = 0; length < good.size(); length++) {
        ASSERT_NE(LLS_INTERNAL, statusOf([&] { tokenizerOfBytes(std::string_view(good).substr(0, length), "x"); }));
    }
    for (size_t at = 0; at < good.size(); at++) {
        for (int change : {0x01, 0x80, 0xFF}) {
            std::string changed = good;
            changed[at] = static_cast<char>(changed[at] ^ change);
            ASSERT_NE(LLS_INTERNAL, statusOf([&] { tokenizerOfBytes(changed, "x")->encode("the thea"); }));
        }
    }
}

}  // namespace
}  // namespace llmsys
