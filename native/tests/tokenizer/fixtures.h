// Small vocabularies in the forms that files have, and files for one test.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/bytepair/byte_alphabet.h"
#include "engine/tokenizer/tokenizer_files.h"
#include "llmsys.h"

namespace llmsys {

using Ids = std::vector<int32_t>;

// A file that lives as long as this.
class ScratchFile {
public:
    explicit ScratchFile(std::string_view content, const std::string& name = "file") {
        static int count = 0;
        path_ = ::testing::TempDir() + "llmsys-" + std::to_string(std::rand()) + "-" + std::to_string(count++) + "-" + name;
        std::ofstream(path_, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
    }
    ~ScratchFile() { std::remove(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline std::string quotedJson(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return out + "\"";
}

// A tokenizer.json of byte-level BPE: the 256 bytes, what the merges make, then <|endoftext|>.
inline std::string byteBpeJson(const std::vector<std::pair<std::string, std::string>>& merges, const std::string& preTokenizer,
                               const std::string& normalizer = "null", const std::string& more = "") {
    std::string vocab;
    int id = 0;
    auto add = [&](std::string_view token) { vocab += (id > 0 ? "," : "") + quotedJson(token) + ":" + std::to_string(id), id++; };
    for (int b = 0; b < 256; b++) {
        add(toByteAlphabet(std::string(1, static_cast<char>(b))));
    }
    std::string list;
    for (const auto& [left, right] : merges) {
        std::string l = toByteAlphabet(left), r = toByteAlphabet(right);
        add(l + r);
        list += (list.empty() ? "" : ",") + quotedJson(l + " " + r);
    }
    return "{\"added_tokens\":[{\"id\":" + std::to_string(id) + ",\"content\":\"<|endoftext|>\",\"special\":true}" + more + "],\"normalizer\":"
            + normalizer
            + ",\"pre_tokenizer\":" + preTokenizer + ",\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":{" + vocab
                    + "},\"merges\":[" + list
            + "]}}";
}

inline const std::string GPT2_CUT = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}";

inline std::shared_ptr<const Tokenizer> ofText(const std::string& json) { return tokenizerOfBytes(json, "tokenizer.json"); }

// A Protocol Buffers message.
class Proto {
public:
    Proto& whole(int number, uint64_t value) {
        varint(static_cast<uint64_t>(number) << 3);
        return varint(value);
    }
    Proto& real(int number, float value) {
        varint(static_cast<uint64_t>(number) << 3 | 5);
        bytes_.append(reinterpret_cast<const char*>(&value), 4);
        return *this;
    }
    Proto& content(int number, const std::string& content) {
        varint(static_cast<uint64_t>(number) << 3 | 2);
        varint(content.size());
        bytes_ += content;
        return *this;
    }
    const std::string& bytes() const { return bytes_; }

private:
    Proto& varint(uint64_t value) {
        for (; value >= 0x80; value >>= 7) {
            bytes_ += static_cast<char>(value | 0x80);
        }
        bytes_ += static_cast<char>(value);
        return *this;
    }
    std::string bytes_;
};

struct TestPiece {
    std::string text;
    float score;
    int type = 1;
};

// A SentencePiece model of type bpe: <unk> <s> </s>, the bytes if asked for, then the pieces.
inline std::string pieceModel(const std::vector<TestPiece>& pieces, bool bytes, bool removeExtra = false, bool prefix = true) {
    Proto model;
    auto add = [&](const std::string& text, float score, int type) {
        model.content(1, Proto().content(1, text).real(2, score).whole(3, static_cast<uint64_t>(type)).bytes());
    };
    add("<unk>", 0, 2);
    add("<s>", 0, 3);
    add("</s>", 0, 3);
    for (int b = 0; b < 256 && bytes; b++) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", b);
        add(name, 0, 6);
    }
    for (const TestPiece& piece : pieces) {
        add(piece.text, piece.score, piece.type);
    }
    model.content(2, Proto().whole(3, 2).whole(35, bytes ? 1 : 0).bytes());
    model.content(3, Proto().whole(3, prefix ? 1 : 0).whole(4, removeExtra ? 1 : 0).bytes());
    return model.bytes();
}

// The folder of shared data, or "" with a reason why the test is skipped.
inline std::string sharedFolder() {
    const char* folder = std::getenv("LLMSYS_SHARED");
    return folder ? folder : "";
}
#define REQUIRE_SHARED()                                                       \
    if (sharedFolder().empty()) {                                              \
        GTEST_SKIP() << "LLMSYS_SHARED names no folder with data and oracles"; \
    }

inline std::string contentOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

inline lls_status statusOf(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& e) {
        return e.status();
    }
    return LLS_OK;
}

}  // namespace llmsys
