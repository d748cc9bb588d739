// config.json says a model, or why it is none; the ways to stretch rotary positions have hand-checkable numbers.
#include <cmath>
#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/files/config_json.h"

using namespace llmsys;

namespace {

std::string llama(const std::string& more) {
    return R"({"model_type": "llama", "vocab_size": 32, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24,
               "max_position_embeddings": 64)" + (more.empty() ? "" : ", " + more) + "}";
}

std::string mistral(const std::string& more) {
    std::string json = llama(more);
    return json.replace(json.find("llama"), 5, "mistral");
}

lls_status statusOf(const std::string& json) {
    try {
        configFromJson(json, "config.json");
        return LLS_OK;
    } catch (const Error& e) {
        return e.status();
    }
}

}  // namespace

TEST(ConfigJson, ReadsLlamaAndItsRelatives) {
    ModelConfig config = configFromJson(llama(R"("num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 500000.0,
        "tie_word_embeddings": true)"), "c");
    EXPECT_EQ(config.numKvHeads, 2);
    EXPECT_EQ(config.headDim, 4);
    EXPECT_EQ(config.normEps, 1e-5f);
    EXPECT_EQ(config.ropeTheta, 500000);
    EXPECT_TRUE(config.tied && config.gated && !config.interleaved);
    EXPECT_EQ(configFromJson(llama(R"("head_dim": 8)"), "c").headDim, 8);
    EXPECT_EQ(configFromJson(llama(R"("attention_bias": true)"), "c").attentionBiases, AttentionBiases::ALL);
    EXPECT_EQ(configFromJson(mistral(R"("sliding_window": 7)"), "c").window, 7);
    EXPECT_EQ(configFromJson(mistral(R"("sliding_window": null)"), "c").window, 0);
    EXPECT_EQ(configFromJson(llama(R"("sliding_window": 7)"), "c").contextLength, 7);
    EXPECT_TRUE(configFromJson(llama(R"("llmsys": {"rope_pairing": "interleaved"})"), "c").interleaved);
}

TEST(ConfigJson, ReadsGpt2AndWhatItHasNoWordFor) {
    std::string start = R"({"vocab_size": 32, "n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 4)";
    ModelConfig config = configFromJson(start + "}", "c");
    EXPECT_EQ(config.family, "gpt2");
    EXPECT_EQ(config.hiddenDim, 64);
    EXPECT_EQ(config.activation, "gelu-tanh");
    EXPECT_TRUE(config.tied && config.biases && !config.gated);
    config = configFromJson(start + R"(, "activation_function": "gelu", "llmsys": {"position": "rope", "normalization": "rmsnorm",
        "feedforward": "swiglu",
        "kv_heads": 2, "biases": false}})", "c");
    EXPECT_EQ(config.position, "rope");
    EXPECT_EQ(config.numKvHeads, 2);
    EXPECT_TRUE(config.gated && !config.biases && config.interleaved);
    EXPECT_EQ(statusOf(start + R"(, "llmsys": {"block": "post-norm"}})"), LLS_UNSUPPORTED);
    EXPECT_EQ(statusOf(start + R"(, "scale_attn_by_inverse_layer_idx": true})"), LLS_UNSUPPORTED);
}

TEST(ConfigJson, RefusesWhatMakesNoModel) {
    EXPECT_EQ(statusOf("[]"), LLS_FILE);
    EXPECT_EQ(statusOf("{"), LLS_FILE);
    EXPECT_EQ(statusOf(R"({"model_type": "mamba"})"), LLS_UNSUPPORTED);
    EXPECT_EQ(statusOf(llama("")), LLS_OK);
    for (const char* bad : {R"("num_key_value_heads": 3)", R"("head_dim": 3)", R"("head_dim": 0)", R"("rms_norm_eps": -1)", R"("rms_norm_eps": "x")",
                            R"("rope_theta": 0)", R"("rope_scaling": {"type": "linear"})",
                            R"("rope_scaling": {"rope_type": "linear", "factor": 0.5})",
                            R"("rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1})"}) {
        EXPECT_EQ(statusOf(llama(bad)), LLS_FILE) << bad;
    }
    for (const char* bad : {R"("hidden_act": "gelu")", R"("partial_rotary_factor": 0.5)", R"("quantization_config": {"quant_method": "gptq"})",
                            R"("rope_scaling": {"rope_type": "longrope", "factor": 2})"}) {
        EXPECT_EQ(statusOf(llama(bad)), LLS_UNSUPPORTED) << bad;
    }
    std::string huge = llama("");
    huge.replace(huge.find("\"vocab_size\": 32"), 16, "\"vocab_size\": 1e30");
    EXPECT_EQ(statusOf(huge), LLS_FILE);
}

TEST(RotaryScaling, StretchesAsItsFormula) {
    RotaryScaling scaling;
    EXPECT_EQ(scaling.frequencies(4, 10000), (std::vector<double>{1, 0.01}));
    scaling.kind = RotaryScaling::Kind::LINEAR;
    scaling.factor = 2;
    EXPECT_EQ(scaling.frequencies(4, 10000), (std::vector<double>{0.5, 0.005}));
    scaling.kind = RotaryScaling::Kind::NTK;                     // theta 10000 * 2^(4/2): the fastest stays, the slowest slows down by 2
    EXPECT_DOUBLE_EQ(scaling.frequencies(4, 10000)[0], 1);
    EXPECT_DOUBLE_EQ(scaling.frequencies(4, 10000)[1], 0.005);
    scaling.kind = RotaryScaling::Kind::LLAMA3;
    scaling.original = 8192;
    scaling.factor = 8;
    std::vector<double> w = scaling.frequencies(128, 500000);
    EXPECT_DOUBLE_EQ(w[0], 1);                                   // short waves stay, long ones slow down by the factor
    EXPECT_DOUBLE_EQ(w[63], std::pow(500000, -126.0 / 128) / 8);
    scaling.kind = RotaryScaling::Kind::YARN;
    EXPECT_DOUBLE_EQ(scaling.frequencies(128, 10000)[0], 1);
    EXPECT_DOUBLE_EQ(scaling.frequencies(128, 10000)[63], std::pow(10000, -126.0 / 128) / 8);
    EXPECT_DOUBLE_EQ(RotaryScaling::usualMagnitude(8, 1), 0.1 * std::log(8.0) + 1);
    EXPECT_NE(scaling.wrong(4, 1), "");
}
