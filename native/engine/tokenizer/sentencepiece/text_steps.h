// How a text is brought into the form of the pieces, in the way of SentencePiece or of Hugging Face.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/json.h"
#include "engine/tokenizer/added_tokens.h"
#include "engine/tokenizer/sentencepiece/character_map.h"

namespace llmsys {

// A run of text on its way: cuts are places which no piece may reach over, ascending, without 0 and the end.
struct PreparedText {
    std::string text;
    std::vector<size_t> cuts;
    bool first = false;             // whether it begins where the whole text begins
};

// Immutable.
class TextStep {
public:
    virtual ~TextStep() = default;
    virtual void apply(PreparedText& text) const = 0;
};
using TextSteps = std::vector<std::shared_ptr<const TextStep>>;

// SentencePiece's normalization: from left to right the longest text that the character map knows is replaced, the text of a user-defined piece stays
// as it is, extra spaces go, and spaces are written as U+2581. https://github.com/google/sentencepiece/blob/master/doc/normalization.md
//
//   "Ａ  b "  -->  ▁A▁b        with nmt_nfkc, a prefix and without extra spaces
struct Spacing {
    bool prefix = true;             // a space is put before each run of text between special tokens
    bool removeExtra = false;       // spaces at the ends go, and several in a row become one
    bool suffix = false;            // that space is put after the text instead
    bool escape = true;             // spaces become U+2581; else they stay
};
// map: null when characters stay as they are. userDefined: by their texts.
std::shared_ptr<const TextStep> sentencePieceStep(Spacing spacing, std::shared_ptr<const CharacterMap> map, AddedTokens userDefined);

// Hugging Face's "normalizer" and "pre_tokenizer". Throws Error LLS_UNSUPPORTED for a step that is not known, by name.
TextSteps normalizersOf(JsonValue normalizer);
TextSteps preTokenizersOf(JsonValue preTokenizer);
// Whether Metaspace's decoder takes away a space that was put before the text.
bool metaspacePrepends(JsonValue metaspace);

}  // namespace llmsys
