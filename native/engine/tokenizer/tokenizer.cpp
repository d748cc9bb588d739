#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

void refuseTokenizer(const std::string& why) { throw Error(LLS_FILE, "cannot read the tokenizer", why, "give the files that belong to the model"); }

void refuseUnknown(const std::string& part, std::string_view name) {
    throw Error(LLS_UNSUPPORTED, "cannot read the tokenizer", "its " + part + " is " + std::string(name.substr(0, 200))
                + ", which is not implemented",
                "use another tokenizer, or export it without that " + part);
}

void refuseId(int32_t id, int32_t vocabSize) {
    throw Error(LLS_INVALID, "cannot decode the id " + std::to_string(id), "the vocabulary has ids 0 to " + std::to_string(vocabSize - 1),
                "decode ids of this tokenizer only");
}

}  // namespace llmsys
