#include "engine/files/config_json.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/files/json.h"

namespace llmsys {

namespace {

constexpr int64_t MOST = INT32_MAX;
constexpr JsonLimits LIMITS{1 << 20, 1 << 18, 32};

Error unsupported(const JsonValue& field, const std::string& why) {
    return Error(LLS_UNSUPPORTED, "cannot compute a model with this " + std::string(field.key()), why, "use another model");
}

int64_t wholeOr(const JsonValue& field, int64_t absent) { return field.absent() ? absent : field.whole(-MOST, MOST); }
double numberOr(const JsonValue& field, double absent) { return field.absent() ? absent : field.number(); }

int64_t required(const JsonValue& object, const char* name) {
    JsonValue field = object.get(name);
    if (field.absent()) {
        object.refuse(std::string("does not say ") + name + ", without which the model's shape is not known");
    }
    return field.whole(-MOST, MOST);
}

// Of an object that may be missing.
JsonValue within(const JsonValue& object, const char* name) { return object.isObject() ? object.get(name) : object; }

void requireFlag(const JsonValue& object, const char* name, bool wanted) {
    JsonValue field = object.get(name);
    if (field.flagOr(wanted) != wanted) {
        throw unsupported(field, std::string("what is computed here is the model with ") + (wanted ? "true" : "false"));
    }
}

int64_t sharedFeatures(int64_t c, int64_t heads) {
    if (heads < 1 || c % heads != 0) {
        throw Error(LLS_FILE, "no model can have " + std::to_string(heads) + " heads over " + std::to_string(c) + " features",
                    "every head gets an equal share of the features", "make the features a multiple of the heads");
    }
    return c / heads;
}

bool pairing(const JsonValue& own, bool absent) {
    JsonValue field = within(own, "rope_pairing");
    if (!own.isObject() || field.absent()) {
        return absent;
    }
    if (field.text() != "interleaved" && field.text() != "half-split") {
        field.refuse("is neither interleaved nor half-split");
    }
    return field.text() == "interleaved";
}

double original(const JsonValue& scaling, const JsonValue& top) {
    constexpr const char* ORIGINAL = "original_max_position_embeddings";
    JsonValue above = top.get(ORIGINAL);
    JsonValue beside = scaling.get(ORIGINAL);
    return static_cast<double>(!above.absent() ? above.whole(1, MOST) : !beside.absent() ? beside.whole(1, MOST)
                                                                                                          : required(top, "max_position_embeddings"));
}

void readYarn(const JsonValue& from, const JsonValue& top, RotaryScaling& scaling) {
    scaling.kind = RotaryScaling::Kind::YARN;
    scaling.original = original(from, top);
    scaling.factor = from.get("factor").absent() ? static_cast<double>(required(top, "max_position_embeddings")) / scaling.original
                                                 : from.get("factor").number();
    scaling.betaFast = numberOr(from.get("beta_fast"), 32);
    scaling.betaSlow = numberOr(from.get("beta_slow"), 1);
    scaling.wholePairs = from.get("truncate").flagOr(true);
    double scale = numberOr(from.get("mscale"), 0);
    double all = numberOr(from.get("mscale_all_dim"), 0);
    double usual = scale != 0 && all != 0 ? RotaryScaling::usualMagnitude(scaling.factor, scale) / RotaryScaling::usualMagnitude(scaling.factor, all)
                                          : RotaryScaling::usualMagnitude(scaling.factor, 1);
    scaling.magnitude = numberOr(from.get("attention_factor"), usual);
}

// top: what holds rope_theta and rope_scaling, or both in rope_parameters.
void readRotary(const JsonValue& top, ModelConfig& config) {
    JsonValue parameters = top.get("rope_parameters");
    JsonValue from = parameters.absent() ? top.get("rope_scaling") : parameters;
    config.ropeTheta = numberOr(top.get("rope_theta"), 10000);
    JsonValue share = top.get("partial_rotary_factor");
    std::string type = "default";
    if (!from.absent()) {
        config.ropeTheta = numberOr(from.get("rope_theta"), config.ropeTheta);
        share = from.get("partial_rotary_factor").absent() ? share : from.get("partial_rotary_factor");
        JsonValue named = from.get("rope_type").absent() ? from.get("type") : from.get("rope_type");
        type = std::string(named.textOr("default"));
    }
    if (numberOr(share, 1) != 1) {
        throw unsupported(share, "whole heads are turned here");
    }
    RotaryScaling& scaling = config.scaling;
    if (type == "default" || type == "none" || type == "dynamic") {
        return;                                              // dynamic stretches nothing up to the context it was trained for
    }
    if (type == "yarn") {
        readYarn(from, top, scaling);
        return;
    }
    JsonValue factor = from.get("factor");
    if (factor.absent()) {
        from.refuse("has no factor");
    }
    scaling.factor = factor.number();
    if (type == "linear") {
        scaling.kind = RotaryScaling::Kind::LINEAR;
    } else if (type == "ntk") {
        scaling.kind = RotaryScaling::Kind::NTK;
    } else if (type == "llama3") {
        scaling.kind = RotaryScaling::Kind::LLAMA3;
        scaling.low = from.get("low_freq_factor").number();
        scaling.high = from.get("high_freq_factor").number();
        scaling.original = original(from, top);
    } else {
        throw unsupported(from, "positions stretched as \"" + type.substr(0, 40) + "\" are not computed here");
    }
}

ModelConfig readGpt2(const JsonValue& fields) {
    requireFlag(fields, "scale_attn_weights", true);
    requireFlag(fields, "scale_attn_by_inverse_layer_idx", false);
    requireFlag(fields, "add_cross_attention", false);
    ModelConfig config;
    config.family = "gpt2";
    config.vocabSize = required(fields, "vocab_size");
    config.contextLength = fields.get("n_positions").absent() ? required(fields, "n_ctx") : required(fields, "n_positions");
    config.embeddingDim = required(fields, "n_embd");
    config.numLayers = required(fields, "n_layer");
    config.numHeads = config.numKvHeads = required(fields, "n_head");
    config.hiddenDim = wholeOr(fields.get("n_inner"), 4 * std::min<int64_t>(config.embeddingDim, 1 << 20));
    config.normEps = static_cast<float>(numberOr(fields.get("layer_norm_epsilon"), 1e-5));
    config.tied = fields.get("tie_word_embeddings").flagOr(true);
    std::string activation(fields.get("activation_function").textOr("gelu_new"));
    config.activation = activation == "gelu_new" || activation == "gelu_pytorch_tanh" ? "gelu-tanh" : activation;
    config.biases = true;
    config.normalization = "layernorm";
    config.position = "learned";
    std::string network = "gelu-mlp";
    JsonValue own = fields.get("llmsys");                    // what GPT-2 has no word for
    if (!own.absent()) {
        config.biases = own.get("biases").flagOr(true);
        config.normalization = std::string(own.get("normalization").textOr("layernorm"));
        config.position = std::string(own.get("position").textOr("learned"));
        network = std::string(own.get("feedforward").textOr("gelu-mlp"));
        config.numKvHeads = wholeOr(own.get("kv_heads"), config.numHeads);
        if (own.get("block").textOr("pre-norm") != "pre-norm") {
            throw unsupported(own.get("block"), "blocks normalize first here");
        }
        requireFlag(own, "causal", true);
        if (wholeOr(own.get("token_types"), 0) != 0) {
            throw unsupported(own.get("token_types"), "tables of token types are not computed here");
        }
        readRotary(own, config);
    }
    config.interleaved = pairing(own, true);
    JsonValue headDim = within(own, "head_dim");
    config.headDim = own.absent() || headDim.absent() ? sharedFeatures(config.embeddingDim, config.numHeads) : headDim.whole(-MOST, MOST);
    config.gated = network == "swiglu" || network == "geglu";
    if (network == "relu-mlp") {
        config.activation = "relu";
    } else if (network == "swiglu") {
        config.activation = "silu";
    } else if (network != "gelu-mlp" && network != "geglu") {
        throw unsupported(own.get("feedforward"), "networks of the kind \"" + network.substr(0, 40) + "\" are not computed here");
    }
    return config;
}

// Within a window of which only some layers make use a token sees everything before it: so far such a model can be read.
void readWindow(const std::string& type, const JsonValue& fields, ModelConfig& config) {
    JsonValue window = fields.get("sliding_window");
    bool used = type == "qwen2" ? fields.get("use_sliding_window").flagOr(false) : !window.absent();
    if (!used) {
        return;
    }
    int64_t keys = wholeOr(window, config.contextLength);
    if (type == "mistral") {
        config.window = keys;
    } else {
        config.contextLength = std::min(config.contextLength, keys);
    }
}

ModelConfig readLlama(const std::string& type, const JsonValue& fields) {
    ModelConfig config;
    config.family = "llama";
    config.vocabSize = required(fields, "vocab_size");
    config.contextLength = required(fields, "max_position_embeddings");
    config.embeddingDim = required(fields, "hidden_size");
    config.numLayers = required(fields, "num_hidden_layers");
    config.numHeads = required(fields, "num_attention_heads");
    config.numKvHeads = wholeOr(fields.get("num_key_value_heads"), config.numHeads);
    config.headDim = fields.get("head_dim").absent() ? sharedFeatures(config.embeddingDim, config.numHeads) : required(fields, "head_dim");
    config.hiddenDim = required(fields, "intermediate_size");
    config.normEps = static_cast<float>(numberOr(fields.get("rms_norm_eps"), 1e-6));
    config.tied = fields.get("tie_word_embeddings").flagOr(false);
    std::string_view activation = fields.get("hidden_act").textOr("silu");
    if (activation != "silu" && activation != "swish") {
        throw unsupported(fields.get("hidden_act"), "the gated network opens with silu here");
    }
    config.normalization = "rmsnorm";
    config.position = "rope";
    config.activation = "silu";
    config.gated = true;
    config.attentionBiases = type == "qwen2" ? AttentionBiases::QKV
                                             : fields.get("attention_bias").flagOr(false) ? AttentionBiases::ALL : AttentionBiases::NONE;
    config.feedForwardBiases = fields.get("mlp_bias").flagOr(false);
    config.interleaved = pairing(fields.get("llmsys"), false);
    readWindow(type, fields, config);
    readRotary(fields, config);
    return config;
}

}  // namespace

ModelConfig configFromJson(std::string_view text, const std::string& name) {
    Json json = Json::parse(text, name, LIMITS);
    JsonValue fields = json.root();
    if (!fields.isObject()) {
        fields.refuse("is no object");
    }
    std::string type(fields.get("model_type").textOr("gpt2"));
    if (!fields.get("quantization_config").absent()) {
        throw unsupported(fields.get("quantization_config"), "its weights were quantized by another program, and such tensors are not read here");
    }
    if (type != "gpt2" && type != "llama" && type != "mistral" && type != "qwen2") {
        throw Error(LLS_UNSUPPORTED, "cannot read a model of type " + type.substr(0, 60), "the types known here are gpt2, llama, mistral and qwen2",
                    "use a model of one of these types");
    }
    ModelConfig config = type == "gpt2" ? readGpt2(fields) : readLlama(type, fields);
    config.check();
    return config;
}

}  // namespace llmsys
