// Text to pieces in the way of SentencePiece: spaces are written as U+2581 and cut like any other character, so that nothing is lost.
//
//   "the cat"  -->  ▁the▁cat  -->  ▁the ▁cat  -->  278 6635
//
// Kudo and Richardson 2018, https://arxiv.org/abs/1808.06226. Bytes that are not UTF-8 become byte pieces, where the vocabulary has them.
#pragma once

#include "engine/tokenizer/sentencepiece/segmenter.h"
#include "engine/tokenizer/sentencepiece/text_steps.h"
#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

// What is done besides cutting.
struct PieceForm {
    // Which spaces at the start of a decoded text were not in the text that was encoded.
    enum class Stripping { None, First, All, FirstPiece };

    TextSteps normalizers;              // before normalized added tokens are looked for
    TextSteps preTokenizers;            // after
    bool userDefinedStand = false;      // user-defined pieces stand by themselves before anything is cut (SentencePiece)
    bool byteFallback = false;          // a character that the vocabulary lacks becomes its bytes, if these are pieces
    bool fuseUnknown = true;            // several unknown characters in a row become one id
    Stripping stripping = Stripping::None;
    std::string unknownText;            // what the unknown piece is decoded to
    std::vector<int32_t> before, after; // ids put around a text
    int32_t end = -1;
};

class SentencePieceBpe final : public Tokenizer {
public:
    // rules: null where scores decide.
    SentencePieceBpe(Pieces pieces, PieceForm form, const std::vector<AddedToken>& added, const std::vector<PieceMerges::Rule>* rules);
    SentencePieceBpe(const SentencePieceBpe&) = delete;
    SentencePieceBpe& operator=(const SentencePieceBpe&) = delete;

    const char* type() const override { return "sentencepiece-bpe"; }
    int32_t vocabSize() const override { return pieces_.size(); }
    using Tokenizer::encode;
    void encode(std::string_view text, bool special, std::vector<int32_t>& ids) const override;
    void decodeNext(int32_t id, Place& place, std::string& bytes) const override;
    int32_t endOfText() const override { return form_.end; }

private:
    class Collector;

    void encodePart(PreparedText part, Segmenter::Scratch& scratch, std::vector<int32_t>& ids) const;

    Pieces pieces_;
    PieceForm form_;
    Segmenter segmenter_;
    AddedTokens raw_, normalized_, userDefined_;
};

// The user-defined pieces, and the control pieces as special tokens.
AddedTokens userDefinedOf(const Pieces& pieces);
std::vector<AddedToken> controlsOf(const Pieces& pieces);

}  // namespace llmsys
