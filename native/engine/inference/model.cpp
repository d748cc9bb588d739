#include "engine/inference/model.h"

#include <string>

#include "engine/core/lasting.h"
#include "engine/tokenizer/tokenizer_files.h"

namespace llmsys {

std::optional<lls_dtype> heldType(const char* type) {
    std::string name = type == nullptr ? "as-is" : type;
    if (name == "as-is") {
        return std::nullopt;
    }
    constexpr struct {
        const char* name;
        lls_dtype type;
    } TYPES[] = {{"f32", LLS_F32}, {"f16", LLS_F16}, {"bf16", LLS_BF16}, {"q8_0", LLS_Q8_0}, {"q4_0", LLS_Q4_0}};
    for (const auto& each : TYPES) {
        if (name == each.name) {
            return each.type;
        }
    }
    throw Error(LLS_UNSUPPORTED, "matrices are not held in \"" + name.substr(0, 40) + "\"", "the types are as-is, f32, f16, bf16, q8_0 and q4_0",
                "pass one of them, or null");
}

void Model::requireIds(const int32_t* ids, int64_t count, const char* what) const {
    for (int64_t i = 0; i < count; i++) {
        if (ids[i] < 0 || ids[i] >= config().vocabSize) {
            throw Error(LLS_INVALID, std::string(what) + " holds token id " + std::to_string(ids[i]) + " at place " + std::to_string(i),
                        "the model knows ids 0 to " + std::to_string(config().vocabSize - 1), "use the tokenizer that belongs to the model");
        }
    }
}

std::shared_ptr<Model> modelOf(const ModelFile& file, const char* type) {
    auto model = std::make_shared<Model>(file.config, readWeights(file, heldType(type)));
    model->tokenizerPath = file.tokenizerPath;
    model->endToken = file.endToken;
    if (!file.tokenizerPath.empty()) {
        adoptTokenizer(*model, [&] { return readTokenizer(file.tokenizerPath); });
    }
    return model;
}

Handles<Model>& models() {
    static Lasting<Handles<Model>> only;
    return only.get([] { return new Handles<Model>("model"); });
}

}  // namespace llmsys
