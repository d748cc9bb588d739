// What the readers of tokenizer.json share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/files/json.h"
#include "engine/tokenizer/added_tokens.h"

namespace llmsys {

// The parts of a "Sequence" of at most 8 levels, whose list stands in `field`, or the one part. Throws Error LLS_FILE for an empty one.
std::vector<JsonValue> partsOf(JsonValue part, const char* field);
// "added_tokens", which may be missing.
std::vector<AddedToken> addedTokensOf(JsonValue list);
// A TemplateProcessing step: what it puts around what the steps before it have put around the text.
void readTemplate(JsonValue step, std::vector<int32_t>& before, std::vector<int32_t>& after);
// "left right" or ["left", "right"]
std::pair<std::string, std::string> mergeOf(JsonValue merge);

}  // namespace llmsys
