// Byte-level BPE: merges by hand, added tokens, what is put around a text, what is refused by name.
#include "fixtures.h"

namespace llmsys {
namespace {

// 256 he, 257 ll, 258 hell, 259 " w", 260 <|endoftext|>
const std::vector<std::pair<std::string, std::string>> MERGES = {{"h", "e"}, {"l", "l"}, {"he", "ll"}, {" ", "w"}};

TEST(ByteBpe, MergesTheLowestRankFirst) {
    auto tokenizer = ofText(byteBpeJson(MERGES, GPT2_CUT));
    EXPECT_STREQ("byte-bpe", tokenizer->type());
    EXPECT_EQ(261, tokenizer->vocabSize());
    EXPECT_EQ(260, tokenizer->endOfText());
    EXPECT_EQ((Ids{258, 'o', 259, 'o'}), tokenizer->encode("hello wo"));
    EXPECT_EQ((Ids{256, 'l'}), tokenizer->encode("hel"));
    EXPECT_EQ((Ids{}), tokenizer->encode(""));
    EXPECT_EQ("hello wo", tokenizer->decode({258, 'o', 259, 'o'}));
}

TEST(ByteBpe, AnyBytesComeBackAlsoOneIdAtATime) {
    auto tokenizer = ofText(byteBpeJson(MERGES, GPT2_CUT));
    std::string all;
    for (int i = 0; i < 700; i++) {
        all += static_cast<char>(i * 89 + i / 256);
    }
    EXPECT_EQ(all, tokenizer->decode(tokenizer->encode(all)));
    Tokenizer::Place place;
    std::string text;
    for (int32_t id : tokenizer->encode("h\u00e9llo")) {
        tokenizer->decodeNext(id, place, text);
        EXPECT_EQ(text, std::string("h\u00e9llo").substr(0, text.size()));
    }
    EXPECT_EQ("h\u00e9llo", text);
}

TEST(ByteBpe, SpecialTokensAreFoundWhenTheyAreAskedFor) {
    auto tokenizer = ofText(byteBpeJson(MERGES, GPT2_CUT));
    EXPECT_EQ((Ids{'a', 260, 'b'}), tokenizer->encode("a<|endoftext|>b", true));
    EXPECT_EQ(15u, tokenizer->encode("a<|endoftext|>b", false).size());
    EXPECT_EQ("a<|endoftext|>b", tokenizer->decode({'a', 260, 'b'}));
}

TEST(ByteBpe, AddedTokensTakeWhiteSpaceAndStandAlone) {
    std::string more = ",{\"id\":261,\"content\":\"<m>\",\"special\":false,\"lstrip\":true,\"rstrip\":true},{\"id\":262,\"content\":\"the\","
        "\"special\":false,\"single_word\":true}"
                       ",{\"id\":263,\"content\":\"<m><m>\",\"special\":false},{\"id\":264,\"content\":\"\u1ebf\",\"special\":false,"
                           "\"normalized\":true}";
    auto tokenizer = ofText(byteBpeJson(MERGES, GPT2_CUT, "{\"type\":\"NFC\"}", more));
    EXPECT_EQ(265, tokenizer->vocabSize());
    EXPECT_EQ((Ids{'a', 261, 'b'}), tokenizer->encode("a \u3000<m>\n b"));
    EXPECT_EQ((Ids{263}), tokenizer->encode("<m><m>"));
    EXPECT_EQ((Ids{262, ' ', 't', 256, 'n'}), tokenizer->encode("the then"));
    EXPECT_EQ((Ids{'a', 264}), tokenizer->encode("ae\u0302\u0301")) << "found in the composed text";
    EXPECT_EQ((Ids{264}), tokenizer->encode("\u1ebf", false)) << "not special: found either way";
}

TEST(ByteBpe, WhatTheFilePutsAroundATextIsThereWithSpecialTokens) {
    std::string json = byteBpeJson(MERGES, GPT2_CUT);
    json.insert(1, "\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},{\"type\":\"TemplateProcessing\","
        "\"single\":[{\"SpecialToken\":{\"id\":\"b\"}},"
                   "{\"Sequence\":{\"id\":\"A\"}},{\"SpecialToken\":{\"id\":\"e\"}}],\"special_tokens\":{\"b\":{\"ids\":[260]},\"e\":{\"ids\":[65,"
                       "66]}}}]},");
    auto tokenizer = ofText(json);
    EXPECT_EQ((Ids{260, 'x', 'A', 'B'}), tokenizer->encode("x"));
    EXPECT_EQ((Ids{'x'}), tokenizer->encode("x", false));
}

TEST(ByteBpe, WhatIsNotKnownIsRefusedByName) {
    auto refusal = [](const std::string& json) {
        try {
            ofText(json);
        } catch (const Error& e) {
            EXPECT_EQ(LLS_UNSUPPORTED, e.status());
            return std::string(e.what());
        }
        return std::string();
    };
    auto names = [&](const std::string& preTokenizer, const std::string& normalizer, const char* name) {
        return refusal(byteBpeJson(MERGES, preTokenizer, normalizer)).find(name) != std::string::npos;
    };
    EXPECT_TRUE(names("{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"behavior\":\"Isolated\"},"
        "{\"type\":\"ByteLevel\"}]}", "null",
                      "(a+)+$"));
    EXPECT_TRUE(names("{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Mystery\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]}",
                      "null", "Mystery"));
    EXPECT_TRUE(names(GPT2_CUT, "{\"type\":\"NFKC\"}", "NFKC"));
    EXPECT_TRUE(names(GPT2_CUT, "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Lowercase\"}]}", "Lowercase"));
    std::string unigram = "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0]]}}";
    EXPECT_NE(std::string::npos, refusal(unigram).find("Unigram"));
}

TEST(ByteBpe, DamagedVocabulariesAreRefused) {
    std::string good = byteBpeJson(MERGES, GPT2_CUT);
    auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = good;
        size_t at = changed.find(from);
        EXPECT_NE(std::string::npos, at) << from;
        changed.replace(at, from.size(), to);
        return statusOf([&] { ofText(changed); });
    };
    EXPECT_EQ(LLS_FILE, with("\"he ll\"", "\"he zz\"")) << "a merge of what is no token";
    EXPECT_EQ(LLS_FILE, with("\"he ll\"", "\"hell\""));
    EXPECT_EQ(LLS_FILE, with("\"he ll\"", "\"h e\"")) << "a merge that stands twice";
    EXPECT_EQ(LLS_FILE, with("\"hell\":258", "\"hell\":257")) << "an id twice";
    EXPECT_EQ(LLS_FILE, with("\"hell\":258", "\"hell\":-1"));
    EXPECT_EQ(LLS_FILE, with("\"hell\":258", "\"hell\":99999999"));
    EXPECT_EQ(LLS_FILE, with("\"hell\":258", "\"\u4e2d\":258")) << "not of the alphabet of bytes";
    EXPECT_EQ(LLS_FILE, with("\"id\":260", "\"id\":65")) << "an added token with another one's id";
    EXPECT_EQ(LLS_FILE, with("\"vocab\":", "\"words\":"));
    EXPECT_EQ(LLS_FILE, with("\"merges\":[", "\"merges\":[7,"));
    EXPECT_EQ(LLS_FILE, statusOf([&] { ofText(good.substr(0, good.size() / 2)); }));
}

TEST(ByteBpe, ChangedBytesOfAFileNeverGoUnnoticedAsAMistakeOfTheLibrary) {
    std::string good = byteBpeJson(MERGES, GPT2_CUT, "{\"type\":\"NFC\"}");
    uint32_t state = 3;
    for (int round = 0; round < 600; round++) {
        std::string changed = good;
        for (int i = 0; i <= round % 3; i++) {
            state = state * 1664525u + 1013904223u;
            size_t at = state % 5 ? changed.size() - 1 - (state >> 8) % 400 : (state >> 8) % changed.size();
            changed[at] = static_cast<char>(state >> 24);
        }
        lls_status status = statusOf([&] { ofText(changed)->encode("hello <|endoftext|> wo\xFF"); });
        ASSERT_NE(LLS_INTERNAL, status);
    }
}

TEST(ByteBpe, AnIdOutsideIsRefused) {
    auto tokenizer = ofText(byteBpeJson(MERGES, GPT2_CUT));
    EXPECT_EQ(LLS_INVALID, statusOf([&] { tokenizer->decode({261}); }));
    EXPECT_EQ(LLS_INVALID, statusOf([&] { tokenizer->decode({-1}); }));
}

TEST(ByteBpe, LongPiecesMergeAsShortOnesDo) {
    // the same merges by looking everything through after each one
    std::vector<std::pair<std::string, std::string>> merges = {{"a", "b"}, {"ab", "a"}, {"b", "a"}, {"aba", "b"}, {"a", "a"}, {"aa", "ab"},
            {"b", "b"}};
    auto tokenizer = ofText(byteBpeJson(merges, "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}"));
    std::vector<std::string> made;
    for (const auto& [left, right] : merges) {
        made.push_back(left + right);
    }
    uint32_t state = 7;
    for (size_t length : {1, 2, 13, 63, 64, 65, 207, 1000, 5000}) {
        std::string text;
        std::vector<std::string> symbols;
        for (size_t i = 0; i < length; i++) {
            state = state * 1664525u + 1013904223u;
            text += state >> 31 ? 'a' : 'b';
            symbols.emplace_back(1, text.back());
        }
        while (true) {
            size_t best = merges.size(), place = 0;
            for (size_t i = 0; i + 1 < symbols.size(); i++) {
                for (size_t rank = 0; rank < best; rank++) {
                    if (merges[rank].first == symbols[i] && merges[rank].second == symbols[i + 1]) {
                        best = rank;
                        place = i;
                    }
                }
            }
            if (best == merges.size()) {
                break;
            }
            symbols[place] += symbols[place + 1];
            symbols.erase(symbols.begin() + static_cast<ptrdiff_t>(place) + 1);
        }
        std::vector<std::string> tokens;
        for (int32_t id : tokenizer->encode(text)) {
            tokens.push_back(tokenizer->decode({id}));
        }
        EXPECT_EQ(symbols, tokens) << length;
    }
}

}  // namespace
}  // namespace llmsys
