#include "engine/tokenizer/tokenizer_files.h"

#include "engine/core/lasting.h"
#include "engine/files/json.h"
#include "engine/files/mapped_file.h"
#include "engine/tokenizer/bytepair/byte_bpe_files.h"
#include "engine/tokenizer/sentencepiece/piece_files.h"
#include "engine/tokenizer/unicode/unicode.h"
#include "engine/tokenizer/word_level.h"

namespace llmsys {

namespace {

constexpr int64_t LARGEST = int64_t{64} << 20;
constexpr size_t MOST_NAMES = 4096;
constexpr struct {
    const char* vocabulary;
    const char* merges;
} PAIRS[] = {{"vocab.json", "merges.txt"}, {"encoder.json", "vocab.bpe"}};

[[noreturn]] void notFound(const std::string& path, const std::string& why) {
    throw Error(LLS_NOT_FOUND, "cannot read the tokenizer " + path, why,
                "give a tokenizer.json, tokenizer.model, tokenizer.bin, vocab.json beside merges.txt, .tiktoken or .gguf file, or a folder with one");
}

std::string inFolder(const std::string& folder) {
    for (const char* name : {"tokenizer.json", "tokenizer.model"}) {
        if (isFile(joined(folder, name))) {
            return joined(folder, name);
        }
    }
    for (const auto& pair : PAIRS) {
        if (isFile(joined(folder, pair.vocabulary)) && isFile(joined(folder, pair.merges))) {
            return joined(folder, pair.vocabulary);
        }
    }
    if (isFile(joined(folder, "tokenizer.bin"))) {
        return joined(folder, "tokenizer.bin");
    }
    std::vector<std::string> found;
    for (const std::string& name : namesIn(folder, MOST_NAMES)) {
        if (endsWith(name, ".tiktoken") || endsWith(name, ".gguf")) {
            found.push_back(name);
        }
    }
    if (found.size() != 1) {
        notFound(folder, found.empty() ? "the folder holds none" : "the folder holds several");
    }
    return joined(folder, found[0]);
}

// "" when they do not lie beside it
std::string mergesBeside(const std::string& vocabulary) {
    for (const auto& pair : PAIRS) {
        std::string merges = joined(folderOf(vocabulary), pair.merges);
        if (isFile(merges)) {
            return merges;
        }
    }
    return "";
}

bool beginsWithBrace(std::string_view bytes) {
    if (bytes.substr(0, 3) == "\xEF\xBB\xBF") {
        bytes.remove_prefix(3);
    }
    size_t first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '{';
}

std::shared_ptr<const Tokenizer> ofJson(const Json& json) {
    if (isByteBpe(json)) {
        return byteBpeOfJson(json);
    }
    JsonValue model = json.root().get("model");
    std::string_view type = model.get("type").textOr(model.get("merges").isArray() ? "BPE" : "not said");
    if (type == "WordLevel") {
        return wordLevelOfJson(json);
    }
    if (type != "BPE") {
        refuseUnknown("model", type);
    }
    return piecesOfJson(json);
}

std::shared_ptr<const Tokenizer> read(const std::string& path) {
    MappedFile file(path);
    std::string_view bytes = file.bytes().text();
    if (beginsWithBrace(bytes)) {
        Json json = Json::parse(bytes, path);
        if (json.root().get("model").isObject()) {
            return ofJson(json);
        }
        std::string merges = mergesBeside(path);
        if (merges.empty()) {
            notFound(path, "it is a vocabulary, and the merges that belong to it do not lie beside it");
        }
        return byteBpeOfVocabAndMerges(json, textOf(merges, LARGEST));
    }
    return tokenizerOfBytes(bytes, path);
}

}  // namespace

std::shared_ptr<const Tokenizer> tokenizerOfBytes(std::string_view bytes, const std::string& name) {
    if (bytes.substr(0, 4) == "GGUF") {
        GgufHeader header(Bytes{reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())}, name);
        return tokenizerOf(vocabularyOf(header));
    }
    if (static_cast<int64_t>(bytes.size()) > LARGEST) {
        refuseTokenizer("it has " + std::to_string(bytes.size()) + " bytes; " + std::to_string(LARGEST) + " are possible");
    }
    if (beginsWithBrace(bytes)) {
        Json json = Json::parse(bytes, name);
        return ofJson(json);
    }
    if (looksLikeModel(bytes)) {
        return piecesOfModel(bytes);
    }
    if (looksLikeLlama2c(bytes)) {
        return piecesOfLlama2c(bytes);
    }
    if (looksLikeRanks(bytes)) {
        return byteBpeOfRanks(bytes);
    }
    refuseTokenizer("the content of " + name + " is of no form that is known here");
}

std::shared_ptr<const Tokenizer> readTokenizer(const std::string& path) {
    std::string file = isFolder(path) ? inFolder(path) : path;
    try {
        return read(file);
    } catch (const Error& e) {
        std::string text = e.what();
        if (text.find(file) != std::string::npos) {
            throw;
        }
        size_t why = text.find("\nwhy: ");
        size_t fix = text.find("\nfix: ", why);
        throw Error(e.status(), "cannot read the tokenizer " + file, text.substr(why + 6, fix - why - 6), text.substr(fix + 6));
    }
}

std::shared_ptr<const Tokenizer> learnTokenizer(const std::string& path, const std::string& kind) {
    if (kind != "whitespace" && kind != "char") {
        throw Error(LLS_UNSUPPORTED, "no tokenizer of the kind \"" + kind.substr(0, 40) + "\" is learned from a text",
                    "the kinds are whitespace and char",
                    "pass one of them, or null for a tokenizer's file");
    }
    MappedFile file(path);
    std::string_view text = file.bytes().text();
    return kind == "char" ? CharTokenizer::learned(text) : WhitespaceTokenizer::learned(text);
}

Handles<const Tokenizer>& tokenizers() {
    static Lasting<Handles<const Tokenizer>> only;
    return only.get([] { return new Handles<const Tokenizer>("tokenizer"); });
}

}  // namespace llmsys
