// The C surface of tokenizers: learned ones, files and folders, what is refused, no memory kept.
#include "fixtures.h"

namespace llmsys {
namespace {

class Opened {
public:
    explicit Opened(const std::string& path, const char* kind = nullptr) { status = lls_tokenizer_load(path.c_str(), kind, &handle); }
    ~Opened() { lls_tokenizer_close(handle); }
    Ids encode(std::string_view text, int32_t special = 1) const {
        int64_t count = 0;
        EXPECT_EQ(LLS_OK, lls_tokenizer_encode(handle, text.data(), static_cast<int64_t>(text.size()), special, nullptr, 0, &count))
                << lls_last_error();
        Ids ids(static_cast<size_t>(count));
        EXPECT_EQ(LLS_OK, lls_tokenizer_encode(handle, text.data(), static_cast<int64_t>(text.size()), special, ids.data(), count, &count));
        return ids;
    }
    std::string decode(const Ids& ids) const {
        int64_t bytes = 0;
        EXPECT_EQ(LLS_OK, lls_tokenizer_decode(handle, ids.data(), static_cast<int64_t>(ids.size()), nullptr, 0, &bytes)) << lls_last_error();
        std::string text(static_cast<size_t>(bytes), '\0');
        EXPECT_EQ(LLS_OK, lls_tokenizer_decode(handle, ids.data(), static_cast<int64_t>(ids.size()), text.data(), bytes, &bytes));
        return text;
    }
    int32_t size() const {
        int32_t size = -1;
        EXPECT_EQ(LLS_OK, lls_tokenizer_vocab_size(handle, &size));
        return size;
    }

    lls_handle handle = 0;
    lls_status status;
};

TEST(TokenizerSurface, CharactersAreLearnedInUnicodeOrder) {
    ScratchFile text("cab\u00e9 \U0001F600b");
    Opened tokenizer(text.path(), "char");
    ASSERT_EQ(LLS_OK, tokenizer.status) << lls_last_error();
    EXPECT_EQ(6, tokenizer.size());
    EXPECT_EQ((Ids{3, 1, 2, 5, 4, 0}), tokenizer.encode("cab\U0001F600\u00e9 "));
    EXPECT_EQ("cab", tokenizer.decode({3, 1, 2}));
    int64_t count = 0;
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(tokenizer.handle, "cat", 3, 1, nullptr, 0, &count));
    EXPECT_NE(std::string::npos, std::string(lls_last_error()).find("U+0074"));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(tokenizer.handle, "\xFF", 1, 1, nullptr, 0, &count));
    int32_t end = 0;
    EXPECT_EQ(LLS_OK, lls_tokenizer_end(tokenizer.handle, &end));
    EXPECT_EQ(-1, end);
}

// The content of a file is enough: no path is needed, as in a browser.
TEST(TokenizerSurface, ContentIsReadWithoutAFile) {
    const std::string json = R"({"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}}, "pre_tokenizer": {"type": "Split",
        "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": false}, "decoder": {"type": "Fuse"}})";
    lls_handle tokenizer = 0;
    ASSERT_EQ(LLS_OK, lls_tokenizer_load_bytes(json.data(), static_cast<int64_t>(json.size()), nullptr, &tokenizer)) << lls_last_error();
    int64_t count = 0;
    int32_t ids[3];
    ASSERT_EQ(LLS_OK, lls_tokenizer_encode(tokenizer, "bab", 3, 0, ids, 3, &count)) << lls_last_error();
    EXPECT_EQ((Ids{1, 0, 1}), Ids(ids, ids + count));
    EXPECT_EQ(LLS_OK, lls_tokenizer_close(tokenizer));
    EXPECT_EQ(LLS_FILE, lls_tokenizer_load_bytes("nothing that is known", 21, "talk.txt", &tokenizer));
    EXPECT_NE(std::string::npos, std::string(lls_last_error()).find("talk.txt")) << lls_last_error();
}

TEST(TokenizerSurface, WordsAreLearnedByHowOftenTheyOccur) {
    ScratchFile text("b a c\ta\u3000c\n<unk> a");
    Opened tokenizer(text.path(), "whitespace");
    ASSERT_EQ(LLS_OK, tokenizer.status) << lls_last_error();
    EXPECT_EQ(4, tokenizer.size());
    EXPECT_EQ((Ids{1, 2, 3, 0, 0}), tokenizer.encode("a  c b\n d <unk>"));
    EXPECT_EQ("a c <unk>", tokenizer.decode({1, 2, 0}));
}

TEST(TokenizerSurface, TextsThatTeachNothingAreRefused) {
    ScratchFile empty(""), blank(" \n"), damaged("a\xFF");
    EXPECT_EQ(LLS_INVALID, Opened(empty.path(), "char").status);
    EXPECT_EQ(LLS_INVALID, Opened(blank.path(), "whitespace").status);
    EXPECT_EQ(LLS_INVALID, Opened(damaged.path(), "char").status);
    EXPECT_EQ(LLS_UNSUPPORTED, Opened(blank.path(), "unigram").status);
}

TEST(TokenizerSurface, WordLevelFilesCutAtWhiteSpaceOrIntoCharacters) {
    std::string head = "{\"added_tokens\":[{\"id\":2,\"content\":\"<|endoftext|>\",\"special\":true}],\"pre_tokenizer\":";
    std::string tail = "\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"b\":1},\"unk_token\":\"<unk>\"}}";
    std::string split = "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[\\\\s\\\\S]\"},\"behavior\":\"Isolated\",\"invert\":false},"
        "\"decoder\":{\"type\":\"Fuse\"},";
    ScratchFile characters(head + split + tail);
    Opened tokenizer(characters.path());
    ASSERT_EQ(LLS_OK, tokenizer.status) << lls_last_error();
    EXPECT_EQ((Ids{0, 1, 2, 0}), tokenizer.encode("ab<|endoftext|>a"));
    EXPECT_EQ("ab<|endoftext|>", tokenizer.decode({0, 1, 2}));
    int32_t end = 0;
    EXPECT_EQ(LLS_OK, lls_tokenizer_end(tokenizer.handle, &end));
    EXPECT_EQ(2, end);
    tail.replace(tail.find("<unk>"), 5, "b");
    ScratchFile words(head + "{\"type\":\"WhitespaceSplit\"}," + tail), other(head + "{\"type\":\"Whitespace\"}," + tail);
    Opened cut(words.path());
    ASSERT_EQ(LLS_OK, cut.status) << lls_last_error();
    EXPECT_EQ((Ids{0, 1, 2}), cut.encode("a  c<|endoftext|>"));
    EXPECT_EQ(LLS_UNSUPPORTED, Opened(other.path()).status);
}

TEST(TokenizerSurface, FilesAreKnownByTheirContent) {
    ScratchFile json(byteBpeJson({{"h", "e"}}, GPT2_CUT));
    Opened tokenizer(json.path());
    ASSERT_EQ(LLS_OK, tokenizer.status) << lls_last_error();
    EXPECT_EQ((Ids{256, 257}), tokenizer.encode("he<|endoftext|>"));
    EXPECT_EQ(14u, tokenizer.encode("he<|endoftext|>", 0).size());
    ScratchFile model(pieceModel({{"\u2581a", -1}, {"\u2581", -2}, {"a", -3}}, true));
    EXPECT_EQ(LLS_OK, Opened(model.path()).status) << lls_last_error();
    for (const char* content : {"", "hello", "{}", "[1]", "{\"model\": 7}", "{\"model\": {\"type\": \"BPE\"}}", "GGUF", "\x0A\x05\x0A\x01"}) {
        ScratchFile file(content);
        Opened opened(file.path());
        EXPECT_TRUE(opened.status == LLS_FILE || opened.status == LLS_UNSUPPORTED || opened.status == LLS_NOT_FOUND) << content << opened.status;
        EXPECT_NE(std::string::npos, std::string(lls_last_error()).find(file.path())) << lls_last_error();
    }
    EXPECT_EQ(LLS_NOT_FOUND, Opened("/nowhere/tokenizer.json").status);
}

TEST(TokenizerSurface, WrongArgumentsAreRefused) {
    ScratchFile json(byteBpeJson({{"h", "e"}}, GPT2_CUT));
    Opened tokenizer(json.path());
    lls_handle handle = tokenizer.handle;
    int32_t ids[4] = {7, 7, 7, 7};
    char text[4];
    int64_t count = 0;
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_load(nullptr, nullptr, &handle));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_load(json.path().c_str(), nullptr, nullptr));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(handle, nullptr, 3, 1, ids, 4, &count));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(handle, "abc", -1, 1, ids, 4, &count));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(handle, "abc", 3, 1, ids, -1, &count));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(handle, "abc", 3, 1, nullptr, 4, &count));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(handle, "abc", 3, 1, ids, 4, nullptr));
    EXPECT_EQ(LLS_SHAPE, lls_tokenizer_encode(handle, "abc", 3, 1, ids, 2, &count));
    EXPECT_EQ(3, count);
    EXPECT_EQ(7, ids[0]);
    EXPECT_EQ(LLS_OK, lls_tokenizer_encode(handle, nullptr, 0, 1, nullptr, 0, &count));
    EXPECT_EQ(0, count);
    ids[0] = 258;
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_decode(handle, ids, 1, text, 4, &count));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_decode(handle, nullptr, 1, text, 4, &count));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_decode(handle, ids, -1, text, 4, &count));
    for (lls_handle foreign : {lls_handle{0}, lls_handle{1} << 40}) {
        EXPECT_EQ(LLS_INVALID, lls_tokenizer_encode(foreign, "abc", 3, 1, ids, 4, &count));
    }
    EXPECT_EQ(LLS_OK, lls_tokenizer_close(handle));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_close(handle));
    EXPECT_EQ(LLS_INVALID, lls_tokenizer_vocab_size(handle, ids));
    EXPECT_EQ(LLS_OK, lls_tokenizer_close(0));
    tokenizer.handle = 0;
}

}  // namespace
}  // namespace llmsys
