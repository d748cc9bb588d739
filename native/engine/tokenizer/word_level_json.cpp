// A tokenizer.json of model WordLevel.
#include <algorithm>

#include "engine/tokenizer/json_parts.h"
#include "engine/tokenizer/word_level.h"

namespace llmsys {

namespace {

// The id of a token, which is put there when it is new.
void put(std::vector<std::string>& tokens, int64_t id, std::string_view token) {
    size_t place = static_cast<size_t>(id);
    if (token.empty() || (place < tokens.size() && !tokens[place].empty() && tokens[place] != token)) {
        refuseTokenizer("the id " + std::to_string(id) + " belongs to two tokens, or to an empty one");
    }
    if (place >= tokens.size()) {
        tokens.resize(place + 1);
    }
    tokens[place] = token;
}

void requireNone(JsonValue root, const char* section) {
    if (!root.get(section).absent()) {
        refuseUnknown(section, root.get(section).get("type").textOr("one without a type"));
    }
}

bool isCutIntoCharacters(JsonValue preTokenizer) {
    std::string_view type = preTokenizer.get("type").text();
    if (type == "WhitespaceSplit") {
        return false;
    }
    bool each = type == "Split" && preTokenizer.get("pattern").get("Regex").textOr("") == "[\\s\\S]"
            && preTokenizer.get("behavior").text() == "Isolated"
            && !preTokenizer.get("invert").flagOr(false);
    if (!each) {
        refuseUnknown("pre-tokenizer of a WordLevel model", type);
    }
    return true;
}

}  // namespace

std::shared_ptr<const Tokenizer> wordLevelOfJson(const Json& json) {
    JsonValue root = json.root();
    JsonValue model = root.get("model");
    requireNone(root, "normalizer");
    requireNone(root, "post_processor");
    bool characters = isCutIntoCharacters(root.get("pre_tokenizer"));
    if (!characters) {
        requireNone(root, "decoder");
    } else if (root.get("decoder").absent() || root.get("decoder").get("type").text() != "Fuse") {
        refuseUnknown("decoder", "not Fuse, which joins characters");
    }
    WordLevelForm form;
    for (JsonMember member : model.get("vocab").members()) {
        put(form.tokens, member.value.whole(0, MOST_TOKENS - 1), member.key);
    }
    form.added = addedTokensOf(root.get("added_tokens"));
    std::string_view unknown = model.get("unk_token").textOr("<unk>");
    for (AddedToken& token : form.added) {
        if (token.leftStrip || token.rightStrip || token.singleWord) {
            refuseUnknown("added token", token.content + " with lstrip, rstrip or single_word");
        }
        put(form.tokens, token.id, token.content);
        form.end = token.special && token.content == "<|endoftext|>" ? token.id : form.end;
    }
    for (size_t id = 0; id < form.tokens.size(); id++) {
        if (form.tokens[id].empty()) {
            refuseTokenizer("the ids are not 0 to " + std::to_string(form.tokens.size() - 1) + ", each once: " + std::to_string(id) + " is missing");
        }
        form.unknown = form.tokens[id] == unknown ? static_cast<int32_t>(id) : form.unknown;
    }
    if (form.tokens.empty() || (!characters && form.unknown < 0)) {
        refuseTokenizer("its vocabulary has no " + std::string(unknown.substr(0, 80)));
    }
    if (characters) {
        return std::make_shared<CharTokenizer>(form);
    }
    return std::make_shared<WhitespaceTokenizer>(form);
}

}  // namespace llmsys
