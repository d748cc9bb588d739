// The tokenizer in a GGUF file's metadata.
#include "engine/tokenizer/bytepair/byte_bpe_files.h"
#include "engine/tokenizer/sentencepiece/piece_files.h"
#include "engine/tokenizer/tokenizer_files.h"

namespace llmsys {

TokenizerVocabulary vocabularyOf(const GgufHeader& header) {
    const std::string keys = "tokenizer.ggml.";
    TokenizerVocabulary vocabulary;
    std::optional<std::string_view> model = header.text(keys + "model");
    std::optional<std::vector<std::string_view>> tokens = header.texts(keys + "tokens");
    if (!model || !tokens) {
        throw Error(LLS_NOT_FOUND, "cannot read the tokenizer", "the file carries none (tokenizer.ggml.model, tokenizer.ggml.tokens)",
                    "give the tokenizer's own file");
    }
    vocabulary.model = *model;
    vocabulary.tokens.assign(tokens->begin(), tokens->end());
    if (vocabulary.model == "gpt2") {
        std::optional<std::string_view> pre = header.text(keys + "pre");
        if (!pre) {
            refuseTokenizer("the file does not say how text is cut (tokenizer.ggml.pre)");
        }
        vocabulary.pre = *pre;
        std::optional<std::vector<std::string_view>> merges = header.texts(keys + "merges");
        if (!merges) {
            refuseTokenizer("the file has no tokenizer.ggml.merges");
        }
        vocabulary.merges.assign(merges->begin(), merges->end());
    }
    for (double score : header.reals(keys + "scores").value_or(std::vector<double>{})) {
        vocabulary.scores.push_back(static_cast<float>(score));
    }
    for (int64_t type : header.wholes(keys + "token_type").value_or(std::vector<int64_t>{})) {
        vocabulary.types.push_back(type >= 0 && type < 100 ? static_cast<int32_t>(type) : -1);
    }
    if (const GgufValue* map = header.value(keys + "precompiled_charsmap")) {
        bool bytes = map->kind == GgufKind::ARRAY && (map->element == GgufKind::U8 || map->element == GgufKind::I8);
        if (!bytes) {
            refuseTokenizer("its precompiled_charsmap is not an array of bytes");
        }
        vocabulary.characterMap = map->bytes.text();
    }
    vocabulary.beginId = header.whole(keys + "bos_token_id");
    vocabulary.endId = header.whole(keys + "eos_token_id");
    vocabulary.addBegin = header.flag(keys + "add_bos_token");
    vocabulary.addEnd = header.flag(keys + "add_eos_token");
    vocabulary.addSpacePrefix = header.flag(keys + "add_space_prefix");
    vocabulary.removeExtraWhitespaces = header.flag(keys + "remove_extra_whitespaces");
    return vocabulary;
}

std::shared_ptr<const Tokenizer> tokenizerOf(const TokenizerVocabulary& vocabulary) {
    if (vocabulary.model == "gpt2") {
        return byteBpeOfVocabulary(vocabulary);
    }
    if (vocabulary.model != "llama") {
        refuseUnknown("model", vocabulary.model);
    }
    return piecesOfVocabulary(vocabulary);
}

}  // namespace llmsys
