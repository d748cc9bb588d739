// Hugging Face's tokenizer.json with a byte-level BPE. Its words are taken literally: what is not known is refused by name.
#include <algorithm>

#include "engine/tokenizer/bytepair/byte_bpe_files.h"
#include "engine/tokenizer/json_parts.h"

namespace llmsys {

namespace {

CutStep splitStep(JsonValue part) {
    JsonValue pattern = part.get("pattern").get("Regex");
    if (pattern.absent()) {
        refuseUnknown("pre-tokenizer Split", "by something other than a Regex");
    }
    std::optional<CutStep> step = stepOfPattern(pattern.text());
    if (!step) {
        throw Error(LLS_UNSUPPORTED, "cannot read the tokenizer", "it cuts text by the expression " + std::string(pattern.text().substr(0, 200))
                    + ", which is not one of the known ones",
                    "use a tokenizer that cuts like GPT-2, cl100k, o200k, Llama 3, StarCoder, Qwen 2, Tekken, Falcon, Bloom or DeepSeek");
    }
    std::string_view behavior = part.get("behavior").text();
    bool inverted = part.get("invert").flagOr(false);
    // if every character is matched, removing what is not changes nothing
    if (!(behavior == "Isolated" && !inverted) && !(behavior == "Removed" && inverted && matchesAll(*step))) {
        refuseUnknown("pre-tokenizer Split", std::string(behavior) + (inverted ? ", inverted" : ""));
    }
    return *step;
}

CutStep stepOf(JsonValue part) {
    std::string_view type = part.get("type").text();
    if (type == "Digits") {
        return part.get("individual_digits").flagOr(false) ? CutStep::EachNumber : CutStep::Numbers;
    }
    if (type == "Punctuation") {
        std::string_view behavior = part.get("behavior").textOr("Isolated");
        if (behavior != "Contiguous") {
            refuseUnknown("pre-tokenizer Punctuation", behavior);
        }
        return CutStep::Punctuation;
    }
    if (type != "Split") {
        refuseUnknown("pre-tokenizer", type);
    }
    return splitStep(part);
}

// A step that sees the bytes as they are written; only those are known whose characters mean the same there.
CutStep stepAfterByteLevel(JsonValue part) {
    CutStep step = stepOf(part);
    if (step == CutStep::Numbers && part.get("type").text() == "Digits") {
        return CutStep::WrittenNumbers;
    }
    if (step != CutStep::ThreeDigits) {
        refuseUnknown("pre-tokenizer", std::string(part.get("type").text()) + " after ByteLevel");
    }
    return CutStep::WrittenThreeDigits;
}

void readCut(JsonValue preTokenizer, ByteBpeText& text) {
    std::vector<CutStep> steps;
    bool written = false;
    bool first = true;
    for (JsonValue part : partsOf(preTokenizer, "pretokenizers")) {
        if (steps.size() == Cut::MOST_STEPS) {
            refuseUnknown("pre-tokenizer", "a Sequence of more than " + std::to_string(Cut::MOST_STEPS));
        }
        if (part.get("type").text() == "ByteLevel") {
            bool prefix = part.get("add_prefix_space").flagOr(true);
            if (written || (prefix && !first)) {
                refuseUnknown("pre-tokenizer ByteLevel", written ? "there twice" : "one with add_prefix_space after another pre-tokenizer");
            }
            written = true;
            text.prefixSpace = prefix;
            if (part.get("use_regex").flagOr(true)) {
                steps.push_back(CutStep::Gpt2);
            }
        } else {
            steps.push_back(written ? stepAfterByteLevel(part) : stepOf(part));
        }
        first = false;
    }
    if (!written) {
        refuseUnknown("last pre-tokenizer", "not ByteLevel");
    }
    text.cut = Cut(steps);
}

int32_t idOf(JsonValue value) { return static_cast<int32_t>(value.whole(0, MOST_TOKENS - 1)); }

// What each step puts around what the steps before it have made.
void readPostProcessor(JsonValue processor, ByteBpeText& text) {
    if (processor.absent()) {
        return;
    }
    for (JsonValue step : partsOf(processor, "processors")) {
        std::string_view type = step.get("type").text();
        if (type == "RobertaProcessing" || type == "BertProcessing") {
            text.before.insert(text.before.begin(), idOf(step.get("cls").at(1)));
            text.after.push_back(idOf(step.get("sep").at(1)));
        } else if (type == "TemplateProcessing") {
            readTemplate(step, text.before, text.after);
        } else if (type != "ByteLevel") {                   // which trims offsets only
            refuseUnknown("post-processor", type);
        }
    }
}

BytePairModel readModel(JsonValue model, const std::vector<AddedToken>& added) {
    for (const char* field : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!model.get(field).textOr("").empty()) {
            refuseUnknown(std::string("model's ") + field, model.get(field).text());
        }
    }
    if (!model.get("dropout").absent() && model.get("dropout").number() != 0) {
        refuseUnknown("model's dropout", "not 0");
    }
    NamedTokens named;
    for (JsonMember member : model.get("vocab").members()) {
        named.vocabulary.emplace_back(member.key, idOf(member.value));
    }
    for (JsonValue merge : model.get("merges").elements()) {
        named.merges.push_back(mergeOf(merge));
    }
    BytePairModel read = byteModelOf(named, added, model.get("ignore_merges").flagOr(false));
    // what to do with an unknown byte matters only when there is one
    if (!read.hasAllBytes()) {
        if (model.get("byte_fallback").flagOr(false)) {
            refuseUnknown("model's byte_fallback", "true, and the vocabulary lacks bytes");
        }
        if (!model.get("unk_token").textOr("").empty()) {
            refuseUnknown("model's unk_token", std::string(model.get("unk_token").text()) + ", and the vocabulary lacks bytes");
        }
    }
    return read;
}

bool hasByteLevel(JsonValue part) {
    if (!part.isObject()) {
        return false;
    }
    JsonValue sequence = part.get("pretokenizers");
    if (sequence.isArray()) {
        for (JsonValue each : sequence.elements()) {
            if (each.isObject() && each.get("type").isText() && each.get("type").text() == "ByteLevel") {
                return true;
            }
        }
        return false;
    }
    return part.get("type").isText() && part.get("type").text() == "ByteLevel";
}

}  // namespace

bool isByteBpe(const Json& json) {
    JsonValue root = json.root();
    if (!root.isObject() || !root.get("model").isObject()) {
        return false;
    }
    JsonValue type = root.get("model").get("type");
    // files from before 2021 name no type
    bool bpe = type.isText() ? type.text() == "BPE" : type.absent() && root.get("model").get("merges").isArray();
    return bpe && (hasByteLevel(root.get("pre_tokenizer")) || hasByteLevel(root.get("decoder")));
}

std::shared_ptr<const Tokenizer> byteBpeOfJson(const Json& json) {
    JsonValue root = json.root();
    ByteBpeText text;
    JsonValue normalizer = root.get("normalizer");
    if (!normalizer.absent()) {
        for (JsonValue part : partsOf(normalizer, "normalizers")) {
            if (part.get("type").text() != "NFC") {
                refuseUnknown("normalizer", part.get("type").text());
            }
            text.composes = true;
        }
    }
    if (root.get("pre_tokenizer").absent()) {
        refuseUnknown("pre-tokenizer", "missing");
    }
    readCut(root.get("pre_tokenizer"), text);
    readPostProcessor(root.get("post_processor"), text);
    JsonValue decoder = root.get("decoder");
    if (decoder.absent() || decoder.get("type").text() != "ByteLevel") {
        refuseUnknown("decoder", decoder.absent() ? "missing" : decoder.get("type").text());
    }
    std::vector<AddedToken> added = addedTokensOf(root.get("added_tokens"));
    BytePairModel model = readModel(root.get("model"), added);
    return std::make_shared<ByteBpe>(std::move(model), std::move(text), added);
}

}  // namespace llmsys
