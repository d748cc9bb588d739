// Byte-pair encoding over bytes, as GPT-2 and its successors use it (Radford et al. 2019).
//
//   text --added tokens--> runs --NFC, if any--> runs --cut--> pieces --merges, lowest rank first--> tokens
//
// All 256 bytes are tokens, so nothing is unknown and any bytes come back. A piece that is a token is found by one look-up.
#pragma once

#include <unordered_map>

#include "engine/tokenizer/added_tokens.h"
#include "engine/tokenizer/bytepair/byte_pair_model.h"
#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

// What is done with text around the merging.
struct ByteBpeText {
    Cut cut;
    bool composes = false;          // NFC first
    bool prefixSpace = false;       // a run that does not begin with a blank gets one
    std::vector<int32_t> before;    // ids put around a text when special tokens are asked for
    std::vector<int32_t> after;
};

class ByteBpe final : public Tokenizer {
public:
    // Throws Error LLS_FILE when an added token stands twice or has the id of another token, or an id of text.before or text.after is unknown.
    ByteBpe(BytePairModel model, ByteBpeText text, const std::vector<AddedToken>& added);

    const char* type() const override { return "byte-bpe"; }
    int32_t vocabSize() const override { return vocabSize_; }
    using Tokenizer::encode;
    void encode(std::string_view text, bool special, std::vector<int32_t>& ids) const override;
    void decodeNext(int32_t id, Place& place, std::string& bytes) const override;
    int32_t endOfText() const override { return end_; }

    // As GGUF names it, where the vocabulary says so.
    void setEndOfText(int32_t id) { end_ = id; }

private:
    bool known(int32_t id) const { return model_.tokens().has(id) || contents_.count(id) != 0; }
    void encodeRun(std::string_view run, bool special, Merger& merger, std::vector<int32_t>& ids) const;
    void encodePlain(std::string_view run, Merger& merger, std::vector<int32_t>& ids) const;

    BytePairModel model_;
    ByteBpeText text_;
    AddedTokens raw_, normalized_;
    std::unordered_map<int32_t, std::string> contents_;     // of added tokens
    int32_t vocabSize_;
    int32_t end_ = -1;
};

}  // namespace llmsys
