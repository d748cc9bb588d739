// Hugging Face's tokenizer.json of SentencePiece-style vocabularies (Llama 1 and 2, Mistral, Gemma).
//
//   normalizer      Sequence of Prepend, Replace, Strip, NFC; or none
//   pre_tokenizer   Sequence of Metaspace, WhitespaceSplit, Split at spaces; or none
//   decoder         Replace, ByteFallback, Fuse, Strip; or Metaspace
//   post_processor  TemplateProcessing with special tokens around the text, or none
#include <algorithm>

#include "engine/tokenizer/json_parts.h"
#include "engine/tokenizer/sentencepiece/piece_files.h"
#include "engine/tokenizer/sentencepiece/sentencepiece_bpe.h"

namespace llmsys {

namespace {

using Stripping = PieceForm::Stripping;

Stripping strippingOf(JsonValue decoder) {
    if (decoder.absent()) {
        refuseUnknown("decoder", "missing");
    }
    std::vector<JsonValue> parts = partsOf(decoder, "decoders");
    std::vector<std::string_view> types;
    for (JsonValue part : parts) {
        types.push_back(part.get("type").text());
    }
    if (types.size() == 1 && types[0] == "Metaspace" && parts[0].get("replacement").text() == SPACE_SIGN) {
        return metaspacePrepends(parts[0]) ? Stripping::FirstPiece : Stripping::None;
    }
    bool known = types.size() >= 3 && types.size() <= 4 && types[0] == "Replace" && types[1] == "ByteFallback" && types[2] == "Fuse"
            && parts[0].get("pattern").get("String").textOr("") == SPACE_SIGN && parts[0].get("content").text() == " ";
    if (known && types.size() == 4) {
        JsonValue strip = parts[3];
        known = types[3] == "Strip" && strip.get("content").text() == " " && strip.get("start").whole(0, 9) == 1
                && strip.get("stop").whole(0, 9) == 0;
    }
    if (!known) {
        refuseUnknown("decoder", types.empty() ? "an empty Sequence" : std::string(types[0]) + " in a form that is not known");
    }
    return types.size() == 4 ? Stripping::First : Stripping::None;
}

// "vocab": {"piece": id}; ids must be 0 to V-1, each once.
std::vector<Piece> piecesOf(JsonValue model, bool bytes) {
    JsonValue vocab = model.get("vocab");
    size_t count = static_cast<size_t>(vocab.isObject() ? vocab.size() : 0);
    if (count == 0 || static_cast<int64_t>(count) > MOST_TOKENS) {
        refuseTokenizer("it has " + std::to_string(count) + " pieces; 1 to " + std::to_string(MOST_TOKENS) + " are possible");
    }
    std::string_view unknown = model.get("unk_token").textOr("");
    std::vector<Piece> pieces(count);
    for (JsonMember member : vocab.members()) {
        size_t id = static_cast<size_t>(member.value.whole(0, static_cast<int64_t>(count) - 1));
        if (!pieces[id].text.empty() || member.key.empty()) {
            refuseTokenizer("the id " + std::to_string(id) + " stands in the vocabulary twice, or its piece is empty");
        }
        PieceType type = member.key == unknown ? PieceType::Unknown : bytes && Pieces::isByte(member.key) ? PieceType::Byte : PieceType::Normal;
        pieces[id] = {std::string(member.key), 0, type};
    }
    return pieces;
}

// Special tokens become control pieces; a token that the model lacks gets the next id.
void addTokens(std::vector<AddedToken>& added, std::vector<Piece>& pieces) {
    std::stable_sort(added.begin(), added.end(), [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    for (const AddedToken& token : added) {
        size_t id = static_cast<size_t>(token.id);
        if (token.content.empty() || id > pieces.size() || (id < pieces.size() && pieces[id].text != token.content)) {
            refuseTokenizer("the added token \"" + token.content.substr(0, 80) + "\" has the id " + std::to_string(token.id)
                            + ", which is another piece's or leaves a gap");
        }
        if (id == pieces.size()) {
            pieces.push_back({token.content, 0, token.special ? PieceType::Control : PieceType::UserDefined});
        } else if (pieces[id].type == PieceType::Normal && token.special) {
            pieces[id].type = PieceType::Control;
        }
    }
}

std::vector<PieceMerges::Rule> rulesOf(JsonValue model, const Pieces& pieces) {
    std::vector<PieceMerges::Rule> rules;
    auto id = [&](std::string_view text) {
        int32_t found = pieces.id(text);
        if (found < 0) {
            refuseTokenizer("the merge " + std::to_string(rules.size()) + " needs \"" + std::string(text.substr(0, 80)) + "\", which is no piece");
        }
        return found;
    };
    JsonValue merges = model.get("merges");
    if (merges.size() > MOST_MERGES) {
        refuseTokenizer("it has " + std::to_string(merges.size()) + " merges; at most " + std::to_string(MOST_MERGES) + " are possible");
    }
    for (JsonValue merge : merges.elements()) {
        auto [left, right] = mergeOf(merge);
        rules.push_back({id(left), id(right), id(left + right)});
    }
    return rules;
}

}  // namespace

std::shared_ptr<const Tokenizer> piecesOfJson(const Json& json) {
    JsonValue root = json.root();
    JsonValue model = root.get("model");
    for (const char* field : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!model.get(field).textOr("").empty()) {
            refuseUnknown(std::string("model's ") + field, model.get(field).text());
        }
    }
    if (!model.get("dropout").absent()) {
        refuseUnknown("model's dropout", "not null");
    }
    if (model.get("ignore_merges").flagOr(false)) {
        refuseUnknown("model's ignore_merges", "true");
    }
    PieceForm form;
    form.byteFallback = model.get("byte_fallback").flagOr(false);
    form.fuseUnknown = model.get("fuse_unk").flagOr(false);
    form.normalizers = normalizersOf(root.get("normalizer"));
    form.preTokenizers = preTokenizersOf(root.get("pre_tokenizer"));
    form.stripping = strippingOf(root.get("decoder"));
    JsonValue processor = root.get("post_processor");
    if (!processor.absent()) {
        for (JsonValue step : partsOf(processor, "processors")) {
            if (step.get("type").text() != "TemplateProcessing") {
                refuseUnknown("post-processor", step.get("type").text());
            }
            readTemplate(step, form.before, form.after);
        }
    }
    std::vector<Piece> list = piecesOf(model, form.byteFallback);
    std::vector<AddedToken> added = addedTokensOf(root.get("added_tokens"));
    addTokens(added, list);
    Pieces pieces(std::move(list));
    std::vector<PieceMerges::Rule> rules = rulesOf(model, pieces);
    bool silent = pieces.unknown() < 0
            || std::any_of(added.begin(), added.end(), [&](const AddedToken& token) { return token.id == pieces.unknown() && token.special; });
    if (!silent) {
        std::string text = pieces.at(pieces.unknown()).text;
        for (size_t at = text.find(SPACE_SIGN); at != std::string::npos; at = text.find(SPACE_SIGN, at)) {
            text.replace(at, SPACE_SIGN.size(), " ");
        }
        form.unknownText = text;
    }
    form.end = pieces.id("</s>");
    if (form.end < 0) {
        form.end = pieces.id("<eos>");
    }
    return std::make_shared<SentencePieceBpe>(std::move(pieces), std::move(form), added, &rules);
}

}  // namespace llmsys
