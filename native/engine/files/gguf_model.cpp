#include "engine/files/gguf_model.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "engine/core/error.h"
#include "engine/files/findings.h"
#include "engine/files/gguf_config.h"

namespace llmsys {

namespace {

struct Name {
    std::string_view gguf;
    std::string_view huggingFace;
};

constexpr Name LLAMA_TOP[] = {{"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}};
constexpr Name LLAMA_BLOCK[] = {{"attn_norm", "input_layernorm"}, {"attn_q", "self_attn.q_proj"}, {"attn_k", "self_attn.k_proj"},
                                {"attn_v", "self_attn.v_proj"}, {"attn_output", "self_attn.o_proj"}, {"ffn_norm", "post_attention_layernorm"},
                                {"ffn_gate", "mlp.gate_proj"}, {"ffn_up", "mlp.up_proj"}, {"ffn_down", "mlp.down_proj"}};
constexpr Name GPT2_TOP[] = {{"token_embd", "wte"}, {"position_embd", "wpe"}, {"output_norm", "ln_f"}, {"output", "lm_head"}};
constexpr Name GPT2_BLOCK[] = {{"attn_norm", "ln_1"}, {"attn_qkv", "attn.c_attn"}, {"attn_output", "attn.c_proj"}, {"ffn_norm", "ln_2"},
                               {"ffn_up", "mlp.c_fc"}, {"ffn_down", "mlp.c_proj"}};

template <size_t N>
std::string_view translated(const Name (&names)[N], std::string_view name) {
    for (const Name& each : names) {
        if (each.gguf == name) {
            return each.huggingFace;
        }
    }
    return {};
}

bool isNumber(std::string_view text) {
    return !text.empty() && text.size() < 6 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Angles and divisors of rotary positions, which are no weights.
bool isNoWeight(std::string_view name) {
    constexpr std::string_view ROTATION = ".attn_rot_embd.weight";
    return name == "rope_freqs.weight" || (name.size() >= ROTATION.size() && name.substr(name.size() - ROTATION.size()) == ROTATION);
}

void refuseUnknownTypes(const GgufHeader& header) {
    Findings findings;
    std::map<std::string, std::vector<std::string_view>> unknown;
    for (const GgufTensor& tensor : header.tensors()) {
        if (!readable(tensor.type) && tensor.type != Element::I32 && tensor.type != Element::I64) {
            unknown[formOf(tensor.type).name].push_back(tensor.name);
        }
    }
    for (const auto& [type, names] : unknown) {
        std::string list;
        for (size_t i = 0; i < std::min<size_t>(names.size(), 5); i++) {
            list += (i == 0 ? "" : ", ") + quoted(names[i]);
        }
        findings.add(std::to_string(names.size()) + " of its tensors have elements of the type " + type + ", which is not read here: " + list
                     + (names.size() > 5 ? ", ..." : ""));
    }
    findings.refuse(header.name());
}

}  // namespace

std::string huggingFaceName(std::string_view name, bool gpt2) {
    size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) {
        return "";
    }
    std::string_view kind = name.substr(dot);
    std::string_view layer = name.substr(0, dot);
    if (kind != ".weight" && kind != ".bias") {
        return "";
    }
    std::string_view top = gpt2 ? translated(GPT2_TOP, layer) : translated(LLAMA_TOP, layer);
    if (!top.empty()) {
        return std::string(top) + std::string(kind);
    }
    constexpr std::string_view BLOCK = "blk.";
    size_t after = layer.size() > BLOCK.size() ? layer.find('.', BLOCK.size()) : std::string_view::npos;
    if (layer.substr(0, BLOCK.size()) != BLOCK || after == std::string_view::npos) {
        return "";
    }
    std::string_view number = layer.substr(BLOCK.size(), after - BLOCK.size());
    std::string_view rest = layer.substr(after + 1);
    std::string_view theirs = gpt2 ? translated(GPT2_BLOCK, rest) : translated(LLAMA_BLOCK, rest);
    if (!isNumber(number) || theirs.empty()) {
        return "";
    }
    return (gpt2 ? "h." : "model.layers.") + std::string(number) + "." + std::string(theirs) + std::string(kind);
}

ModelFile readGguf(Bytes file, const std::string& name) {
    GgufHeader header(file, name);
    std::optional<std::string_view> named = header.text("general.architecture");
    if (!named) {
        throw Error(LLS_FILE, "cannot read a model from " + name, "it does not say what it is (general.architecture)",
                    "give the GGUF file of a whole model");
    }
    std::string architecture(*named);
    if (architecture != "llama" && architecture != "qwen2" && architecture != "gpt2") {
        throw Error(LLS_UNSUPPORTED, "cannot read a GGUF model of the architecture " + quoted(architecture),
                    "the architectures known here are llama, qwen2, gpt2", "use a model of one of them");
    }
    int64_t parts = header.whole("split.count").value_or(1);
    if (parts > 1) {
        throw Error(LLS_FILE, "cannot read a model from " + name, "it is one of " + std::to_string(parts) + " parts",
                    "join them with llama-gguf-split --merge");
    }
    if (!header.complete() || header.tensors().empty()) {
        throw Error(LLS_FILE, "cannot read a model from " + name, "it holds no weights", "give the GGUF file of a whole model");
    }
    refuseUnknownTypes(header);

    ModelFile model;
    model.name = name;
    Findings findings;
    std::unordered_set<std::string> names;
    bool gpt2 = architecture == "gpt2";
    for (const GgufTensor& tensor : header.tensors()) {
        FileTensor read;
        read.extents.assign(tensor.dimensions.rbegin(), tensor.dimensions.rend());
        read.type = tensor.type;
        read.data = file.data + header.dataStart() + tensor.offset;
        if (!allFinite(read.type, read.data, read.size())) {
            findings.add(quoted(tensor.name) + " holds NaN or an infinity (its data begins at byte "
                         + std::to_string(header.dataStart() + tensor.offset) + ")");
        }
        if (isNoWeight(tensor.name)) {
            continue;
        }
        std::string theirs = huggingFaceName(tensor.name, gpt2);
        read.name = theirs.empty() ? std::string(tensor.name) : theirs;
        read.outputsFirst = gpt2 && read.extents.size() == 2;
        if (!names.insert(read.name).second) {
            findings.add("two of its tensors are " + quoted(read.name));
        }
        model.tensors.push_back(std::move(read));
    }
    findings.refuse(name);
    model.config = ggufConfig(header, file, architecture);
    int64_t end = header.whole("tokenizer.ggml.eos_token_id").value_or(-1);
    model.endToken = end >= 0 && end < model.config.vocabSize ? static_cast<int32_t>(end) : -1;
    return model;
}

}  // namespace llmsys
