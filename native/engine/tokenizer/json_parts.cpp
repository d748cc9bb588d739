#include "engine/tokenizer/json_parts.h"

#include "engine/tokenizer/bytepair/byte_bpe_files.h"
#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

namespace {

constexpr int DEEPEST = 8;
constexpr size_t MOST_PARTS = 32;
constexpr int64_t MOST_AROUND = 256;

void flatten(JsonValue part, const char* field, int depth, std::vector<JsonValue>& parts) {
    if (part.get("type").text() != "Sequence") {
        if (parts.size() == MOST_PARTS) {
            refuseUnknown(field, "a Sequence of more than " + std::to_string(MOST_PARTS));
        }
        parts.push_back(part);
        return;
    }
    if (depth == DEEPEST) {
        refuseUnknown(field, "nested deeper than " + std::to_string(DEEPEST));
    }
    for (JsonValue each : part.get(field).elements()) {
        flatten(each, field, depth + 1, parts);
    }
}

}  // namespace

std::vector<JsonValue> partsOf(JsonValue part, const char* field) {
    std::vector<JsonValue> parts;
    flatten(part, field, 0, parts);
    return parts;
}

std::vector<AddedToken> addedTokensOf(JsonValue list) {
    std::vector<AddedToken> added;
    if (list.absent()) {
        return added;
    }
    for (JsonValue token : list.elements()) {
        bool special = token.get("special").flagOr(false);
        added.push_back({static_cast<int32_t>(token.get("id").whole(0, MOST_TOKENS - 1)), std::string(token.get("content").text()), special,
                         token.get("lstrip").flagOr(false), token.get("rstrip").flagOr(false), token.get("single_word").flagOr(false),
                         token.get("normalized").flagOr(!special)});
    }
    return added;
}

void readTemplate(JsonValue step, std::vector<int32_t>& before, std::vector<int32_t>& after) {
    std::vector<int32_t> first;
    bool seen = false;
    if (step.get("single").size() > MOST_AROUND) {
        refuseUnknown("post-processor TemplateProcessing", "one with more than " + std::to_string(MOST_AROUND) + " parts");
    }
    for (JsonValue piece : step.get("single").elements()) {
        if (!piece.get("Sequence").absent()) {
            if (seen) {
                refuseUnknown("post-processor TemplateProcessing", "one that repeats the text");
            }
            seen = true;
            continue;
        }
        std::string_view name = piece.get("SpecialToken").get("id").text();
        for (JsonValue id : step.get("special_tokens").get(name).get("ids").elements()) {
            (seen ? after : first).push_back(static_cast<int32_t>(id.whole(0, MOST_TOKENS - 1)));
        }
    }
    if (!seen) {
        refuseTokenizer("its TemplateProcessing leaves the text out");
    }
    before.insert(before.begin(), first.begin(), first.end());
}

std::pair<std::string, std::string> mergeOf(JsonValue merge) {
    if (merge.isArray()) {
        if (merge.size() != 2) {
            merge.refuse("has a merge that is not two tokens");
        }
        return {std::string(merge.at(0).text()), std::string(merge.at(1).text())};
    }
    return mergeParts(merge.text());
}

}  // namespace llmsys
