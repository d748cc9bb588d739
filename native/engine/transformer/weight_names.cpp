#include "engine/transformer/weight_names.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "engine/core/error.h"
#include "engine/files/findings.h"

namespace llmsys {

namespace {

constexpr const char* OUTPUT = "lm_head.weight";
constexpr int64_t SHOWN = 20;

class List {
public:
    explicit List(const ModelConfig& config) : config_(config), gpt2_(config.family == "gpt2") {}

    std::vector<ExpectedTensor> all() {
        int64_t c = config_.embeddingDim;
        table(tableName(config_), config_.vocabSize);
        if (config_.position == "learned") {
            table("wpe", config_.contextLength);
        }
        for (int64_t i = 0; i < config_.numLayers; i++) {
            block(blockNames(config_, i));
        }
        norm(finalNormName(config_));
        if (!config_.tied) {
            list_.push_back({OUTPUT, {config_.vocabSize, c}, false});
        }
        return std::move(list_);
    }

private:
    void block(const BlockNames& names) {
        int64_t c = config_.embeddingDim;
        int64_t f = config_.hiddenDim;
        int64_t keys = config_.numKvHeads * config_.headDim;
        norm(names.norm1);
        if (gpt2_) {
            linear(names.qkv, c, config_.qkvWidth(), config_.qkvBias());
        } else {
            linear(names.q, c, config_.headsWidth(), config_.qkvBias());
            linear(names.k, c, keys, config_.qkvBias());
            linear(names.v, c, keys, config_.qkvBias());
        }
        linear(names.o, config_.headsWidth(), c, config_.outputBias());
        norm(names.norm2);
        if (config_.gated) {
            linear(names.gate, c, f, config_.networkBias());
        }
        linear(names.up, c, f, config_.networkBias());
        linear(names.down, f, c, config_.networkBias());
    }

    void table(const std::string& name, int64_t rows) { list_.push_back({name + ".weight", {rows, config_.embeddingDim}, false}); }

    void norm(const std::string& name) {
        list_.push_back({name + ".weight", {config_.embeddingDim}, false});
        if (config_.biases) {
            list_.push_back({name + ".bias", {config_.embeddingDim}, false});
        }
    }

    void linear(const std::string& name, int64_t in, int64_t out, bool bias) {
        list_.push_back({name + ".weight", gpt2_ ? std::vector<int64_t>{in, out} : std::vector<int64_t>{out, in}, gpt2_});
        if (bias) {
            list_.push_back({name + ".bias", {out}, false});
        }
    }

    const ModelConfig& config_;
    bool gpt2_;
    std::vector<ExpectedTensor> list_;
};

// Name of a layer and what follows its number: "h.12.attn.bias" -> "attn.bias"; "" when it has another prefix.
std::string behindNumber(const std::string& name, const char* prefix) {
    size_t length = std::strlen(prefix);
    if (name.compare(0, length, prefix) != 0) {
        return "";
    }
    size_t digits = length;
    while (digits < name.size() && name[digits] >= '0' && name[digits] <= '9') {
        digits++;
    }
    return digits > length && digits < name.size() && name[digits] == '.' ? name.substr(digits + 1) : "";
}

// Causal masks, and the angles of rotary positions.
bool isNoWeight(const std::string& name) {
    std::string gpt2 = behindNumber(name, "h.");
    return gpt2 == "attn.bias" || gpt2 == "attn.masked_bias" || behindNumber(name, "model.layers.") == "self_attn.rotary_emb.inv_freq";
}

bool isHeadNorm(const std::string& name) { return endsWith(name, ".self_attn.q_norm.weight") || endsWith(name, ".self_attn.k_norm.weight"); }

std::vector<int64_t> turned(const std::vector<int64_t>& extents) { return {extents.rbegin(), extents.rend()}; }

bool fits(const FileTensor& tensor, const ExpectedTensor& expected) {
    bool outputsFirst = expected.inputsFirst && (tensor.outputsFirst || blocked(tensor.type));
    return tensor.extents == (outputsFirst ? turned(expected.extents) : expected.extents);
}

// Whether two tables of one shape hold other numbers.
bool differ(const FileTensor& a, const FileTensor& b) {
    if (a.extents != b.extents) {
        return true;
    }
    int64_t columns = a.extents.empty() ? 0 : a.extents.back();
    std::vector<float> first(static_cast<size_t>(columns));
    std::vector<float> second(first.size());
    for (int64_t row = 0; columns > 0 && row < a.size() / columns; row++) {
        a.widen(row * columns, columns, first.data());
        b.widen(row * columns, columns, second.data());
        if (first != second) {
            return true;
        }
    }
    return false;
}

std::string shapeOf(const std::vector<int64_t>& extents) {
    FileTensor tensor;
    tensor.extents = extents;
    return tensor.shape();
}

}  // namespace

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config) { return List(config).all(); }

BlockNames blockNames(const ModelConfig& config, int64_t block) {
    std::string i = std::to_string(block);
    if (config.family == "gpt2") {
        std::string p = "h." + i + ".";
        return config.gated ? BlockNames{p + "ln_1", "", "", "", p + "attn.c_attn", p + "attn.c_proj", p + "ln_2", p + "mlp.gate_proj",
                                         p + "mlp.up_proj",
                                         p + "mlp.down_proj"}
                            : BlockNames{p + "ln_1", "", "", "", p + "attn.c_attn", p + "attn.c_proj", p + "ln_2", "", p + "mlp.c_fc",
                                         p + "mlp.c_proj"};
    }
    std::string p = "model.layers." + i + ".";
    return {p + "input_layernorm", p + "self_attn.q_proj", p + "self_attn.k_proj", p + "self_attn.v_proj", "", p + "self_attn.o_proj",
            p + "post_attention_layernorm", p + "mlp.gate_proj", p + "mlp.up_proj", p + "mlp.down_proj"};
}

std::string tableName(const ModelConfig& config) { return config.family == "gpt2" ? "wte" : "model.embed_tokens"; }
std::string finalNormName(const ModelConfig& config) { return config.family == "gpt2" ? "ln_f" : "model.norm"; }

NamedTensors::NamedTensors(const ModelFile& file) {
    std::vector<std::string> wrong;
    std::string prefix = file.config.family == "gpt2" ? "transformer." : "";
    for (const FileTensor& tensor : file.tensors) {
        bool prefixed = !prefix.empty() && tensor.name.compare(0, prefix.size(), prefix) == 0;
        if (!tensors_.emplace(prefixed ? tensor.name.substr(prefix.size()) : tensor.name, &tensor).second) {
            wrong.push_back("extra: " + quoted(tensor.name) + " (it is there with and without the prefix of its family)");
        }
    }
    std::unordered_set<std::string> names;
    for (const ExpectedTensor& expected : expectedTensors(file.config)) {
        names.insert(expected.name);
        auto found = tensors_.find(expected.name);
        if (found == tensors_.end()) {
            wrong.push_back("missing: " + expected.name + " " + shapeOf(expected.extents));
        } else if (!fits(*found->second, expected)) {
            wrong.push_back("wrong shape: " + expected.name + " is " + found->second->shape() + ", the configuration asks for "
                            + shapeOf(expected.extents));
        } else if (found->second->scales < 0 && !readable(found->second->type)) {
            wrong.push_back("wrong type: " + expected.name + " holds whole numbers (" + formOf(found->second->type).name + ")");
        }
    }
    for (const FileTensor& tensor : file.tensors) {
        std::string name = !prefix.empty() && tensor.name.compare(0, prefix.size(), prefix) == 0 ? tensor.name.substr(prefix.size()) : tensor.name;
        bool tied = name == OUTPUT && file.config.tied;
        if (!tied && names.count(name) == 0 && !isNoWeight(name)) {
            wrong.push_back("extra: " + quoted(name) + " " + tensor.shape() + (isHeadNorm(name)
                                                                               ? ", a norm of each head, which is not computed here" : ""));
        }
    }
    auto output = tensors_.find(OUTPUT);
    auto table = tensors_.find(tableName(file.config) + ".weight");
    if (wrong.empty() && file.config.tied && output != tensors_.end()
        && (!readable(output->second->type) || differ(*output->second, *table->second))) {
        wrong.push_back("extra: " + std::string(OUTPUT) + " differs from " + table->first + ", but the configuration ties them");
    }
    if (wrong.empty()) {
        return;
    }
    std::string why = std::to_string(wrong.size()) + " tensors:";
    for (size_t i = 0; i < std::min<size_t>(wrong.size(), SHOWN); i++) {
        why += "\n  " + wrong[i];
    }
    if (wrong.size() > SHOWN) {
        why += "\n  and " + std::to_string(wrong.size() - SHOWN) + " more";
    }
    throw Error(LLS_FILE, "the weights in " + file.name + " do not fit its configuration", why,
                "give the configuration and the weights of one model");
}

}  // namespace llmsys
