#include "engine/files/gguf_config.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr int64_t MOST_LAYERS = 1024;
constexpr int64_t MOST = 1 << 28;

class Keys {
public:
    Keys(const GgufHeader& header, Bytes file, const std::string& architecture) : header_(header), file_(file), prefix_(architecture + ".") {}

    ModelConfig gpt2() {
        ModelConfig config;
        config.family = "gpt2";
        config.embeddingDim = size("embedding_length", MOST);
        config.numHeads = config.numKvHeads = size("attention.head_count", MOST);
        requireDivides(config.embeddingDim, config.numHeads);
        config.headDim = config.embeddingDim / config.numHeads;
        config.numLayers = size("block_count", MOST_LAYERS);
        config.contextLength = size("context_length", MOST);
        config.hiddenDim = size("feed_forward_length", MOST);
        config.normEps = epsilon("attention.layer_norm_epsilon");
        config.biases = true;
        config.normalization = "layernorm";
        config.position = "learned";
        config.activation = "gelu-tanh";
        return ended(config);
    }

    ModelConfig llama(bool qwen) {
        if (header_.whole(key("expert_count")).value_or(0) != 0) {
            throw refused("expert_count", "its networks are mixtures of experts, which are not computed here");
        }
        ModelConfig config;
        config.family = "llama";
        config.embeddingDim = size("embedding_length", MOST);
        config.numHeads = heads("attention.head_count", 0);
        config.numKvHeads = heads("attention.head_count_kv", config.numHeads);
        config.numLayers = size("block_count", MOST_LAYERS);
        config.hiddenDim = size("feed_forward_length", MOST);
        config.contextLength = size("context_length", MOST);
        config.normEps = epsilon("attention.layer_norm_rms_epsilon");
        config.headDim = headDim(config.embeddingDim, config.numHeads);
        if (header_.has(key("attention.sliding_window"))) {
            int64_t window = size("attention.sliding_window", MOST);
            if (qwen) {
                config.contextLength = std::min(config.contextLength, window);       // only some of its layers have the window
            } else {
                config.window = window;
            }
        }
        config.normalization = "rmsnorm";
        config.position = "rope";
        config.activation = "silu";
        config.gated = true;
        config.interleaved = !qwen;
        rotary(config);
        config.attentionBiases = qwen ? AttentionBiases::QKV : header_.tensor("blk.0.attn_q.bias") != nullptr ? AttentionBiases::ALL
            : AttentionBiases::NONE;
        config.feedForwardBiases = header_.tensor("blk.0.ffn_up.bias") != nullptr;
        return ended(config);
    }

private:
    // The table's rows count, not a key: files name their vocabulary in several places, or none.
    ModelConfig ended(ModelConfig config) {
        const GgufTensor* table = header_.tensor("token_embd.weight");
        if (table == nullptr || table->dimensions.size() != 2) {
            throw Error(LLS_FILE, "cannot read " + header_.name(), "it has no table token_embd.weight", "get an undamaged copy of the file");
        }
        config.vocabSize = table->dimensions[1];
        config.tied = header_.tensor("output.weight") == nullptr;
        return config;
    }

    int64_t headDim(int64_t c, int64_t heads) {
        if (!header_.has(key("attention.key_length"))) {
            requireDivides(c, heads);
            return c / heads;
        }
        int64_t headDim = size("attention.key_length", MOST);
        if (header_.whole(key("attention.value_length")).value_or(headDim) != headDim) {
            throw refused("attention.value_length", "keys and values of different lengths are not computed here");
        }
        return headDim;
    }

    void rotary(ModelConfig& config) {
        if (config.headDim % 2 != 0 || header_.whole(key("rope.dimension_count")).value_or(config.headDim) != config.headDim) {
            throw refused("rope.dimension_count", "rotary positions that turn a part of a head's " + std::to_string(config.headDim)
                                                      + " features are not computed here");
        }
        config.ropeTheta = real("rope.freq_base", 10000);
        if (const GgufTensor* divisors = header_.tensor("rope_freqs.weight")) {
            factors(*divisors, config);
            return;
        }
        for (const GgufTensor& tensor : header_.tensors()) {
            if (tensor.name.substr(0, 13) == "rope_factors_") {
                throw refused("rope.scaling.type",
                              "its positions have longer and shorter frequencies (rope_factors_long.weight), which are not computed here");
            }
        }
        std::string type(header_.text(key("rope.scaling.type")).value_or("none"));
        double factor = real("rope.scaling.factor", real("rope.scale_linear", 1));
        if (type == "none" && factor != 1 && header_.has(key("rope.scale_linear"))) {
            type = "linear";
        }
        if (type == "none" || (type == "linear" && factor == 1)) {
            return;
        }
        config.scaling.factor = factor;
        if (type == "linear") {
            config.scaling.kind = RotaryScaling::Kind::LINEAR;
        } else if (type == "yarn") {
            int64_t original = header_.whole(key("rope.scaling.original_context_length")).value_or(0);
            config.scaling.kind = RotaryScaling::Kind::YARN;
            config.scaling.original = static_cast<double>(original > 0 ? original : config.contextLength);
            config.scaling.magnitude = RotaryScaling::usualMagnitude(factor, 1);
        } else {
            throw refused("rope.scaling.type", "positions stretched as \"" + type.substr(0, 40) + "\" are not computed here");
        }
    }

    void factors(const GgufTensor& divisors, ModelConfig& config) {
        if (divisors.dimensions.size() != 1 || divisors.dimensions[0] != config.headDim / 2 || !readable(divisors.type) || !header_.complete()) {
            throw refused("rope_freqs.weight", "it does not hold a number for each pair of " + std::to_string(config.headDim) + " features");
        }
        config.scaling.kind = RotaryScaling::Kind::FACTORS;
        config.scaling.factors.resize(static_cast<size_t>(divisors.dimensions[0]));
        widenElements(divisors.type, file_.data + header_.dataStart() + divisors.offset, divisors.dimensions[0], config.scaling.factors.data());
    }

    std::string key(const char* name) const { return prefix_ + name; }

    // A whole number from 1 to `most`.
    int64_t size(const char* name, int64_t most) {
        std::optional<int64_t> size = header_.whole(key(name));
        if (!size) {
            throw refused(name, "the file does not say it");
        }
        if (*size < 1 || *size > most) {
            throw refused(name, "it is " + std::to_string(*size) + ", not a number from 1 to " + std::to_string(most));
        }
        return *size;
    }

    // A number of heads, which may stand once for each layer when all are equal.
    int64_t heads(const char* name, int64_t absent) {
        const GgufValue* value = header_.value(key(name));
        if (value == nullptr && absent > 0) {
            return absent;
        }
        if (value == nullptr || value->kind != GgufKind::ARRAY) {
            return size(name, MOST);
        }
        std::vector<int64_t> each = *header_.wholes(key(name));
        if (each.empty()) {
            throw refused(name, "it is an empty list");
        }
        for (int64_t count : each) {
            if (count != each.front() || count < 1 || count > MOST) {
                throw refused(name, "layers with different numbers of heads are not computed here");
            }
        }
        return each.front();
    }

    void requireDivides(int64_t c, int64_t heads) {
        if (c % heads != 0) {
            throw refused("attention.head_count", std::to_string(heads) + " heads cannot share " + std::to_string(c) + " features");
        }
    }

    float epsilon(const char* name) {
        double epsilon = real(name, 1e-5);
        if (epsilon >= 1) {
            throw refused(name, "it is " + std::to_string(epsilon));
        }
        return static_cast<float>(epsilon);
    }

    // A positive number; files store it as F32, and the shortest decimal of that is what was meant: 1e-5, not 9.99999974e-6.
    double real(const char* name, double absent) {
        double real = header_.real(key(name)).value_or(absent);
        if (!(real > 0 && std::isfinite(real))) {
            throw refused(name, "it is " + std::to_string(real));
        }
        if (static_cast<double>(static_cast<float>(real)) != real) {
            return real;
        }
        char digits[32];
        for (int precision = 1; precision <= 9; precision++) {
            std::snprintf(digits, sizeof digits, "%.*g", precision, real);
            if (std::strtof(digits, nullptr) == static_cast<float>(real)) {
                break;
            }
        }
        return std::strtod(digits, nullptr);
    }

    Error refused(const char* name, const std::string& why) const {
        return Error(LLS_FILE, "cannot read " + header_.name() + ": " + key(name), why, "use another model, or get an undamaged copy of the file");
    }

    const GgufHeader& header_;
    Bytes file_;
    std::string prefix_;
};

}  // namespace

ModelConfig ggufConfig(const GgufHeader& header, Bytes file, const std::string& architecture) {
    Keys keys(header, file, architecture);
    ModelConfig config = architecture == "gpt2" ? keys.gpt2() : keys.llama(architecture == "qwen2");
    config.check();
    return config;
}

}  // namespace llmsys
