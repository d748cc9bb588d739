package org.llmsys.transformer;

import java.util.Set;

import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;
import org.llmsys.position.RotaryConfig;
import org.llmsys.position.RotaryPairing;
import org.llmsys.transformer.ModelConfig.AttentionBiases;

/**
 * {@code config.json} as Llama and its relatives Mistral and Qwen 2 have it.
 *
 * <pre>
 *   hidden_size C   num_hidden_layers L   num_attention_heads NH   num_key_value_heads NKV (NH when absent)   intermediate_size F
 *   head_dim HS (C / NH when absent)   vocab_size V   max_position_embeddings contextLength   rms_norm_eps   hidden_act (silu)
 *   tie_word_embeddings   attention_bias   mlp_bias
 *   rope_theta   rope_scaling,   or both in rope_parameters   sliding_window (the context ends with it)
 *   llmsys { rope_pairing }      interleaved for weights as Meta stores them, half-split when absent
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2302.13971">Touvron et al. 2023 (Llama)</a>
 */
final class LlamaConfigJson {

    static final Set<String> TYPES = Set.of("llama", "mistral", "qwen2");

    private LlamaConfigJson() {
    }

    static ModelConfig read(String type, ConfigFields fields) {
        int c = fields.integer("hidden_size");
        int heads = fields.integer("num_attention_heads");
        int headDim = fields.has("head_dim") ? fields.integer("head_dim") : ModelConfig.sharedFeatures(c, heads);
        requireHeadDim(headDim);
        String activation = fields.text("hidden_act", "silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw Problem.failed("cannot compute a model of type " + type + " with the activation " + activation,
                    "its gated network opens with silu here",
                    "use a model with hidden_act silu");
        }
        int contextLength = withinWindow(type, fields, fields.integer("max_position_embeddings"));
        RotaryConfig rotary = RotaryConfig.fromConfigJson(fields.values(),
                RotaryPairing.named(fields.object(ModelConfigJson.OWN).text("rope_pairing", "half-split")));
        AttentionBiases biases = type.equals("qwen2") ? AttentionBiases.QKV
                : fields.flag("attention_bias", false) ? AttentionBiases.ALL : AttentionBiases.NONE;
        return new ModelConfig("llama", fields.integer("vocab_size"), contextLength, c, fields.integer("num_hidden_layers"), heads,
                fields.integer("num_key_value_heads", heads), headDim, fields.integer("intermediate_size"),
                (float) fields.number("rms_norm_eps", 1e-6), false, fields.flag("tie_word_embeddings", false), "pre-norm", "rmsnorm", "rope",
                "swiglu", "silu", 0, rotary.theta(), rotary.pairing(), rotary.scaling(), biases, fields.flag("mlp_bias", false), true, 0);
    }

    private static void requireHeadDim(int headDim) {
        if (headDim % 2 != 0) {
            throw Problem.failed("cannot compute heads of " + headDim + " elements", "rotary positions turn pairs of them",
                    "use a model with an even head_dim");
        }
    }

    /**
     * Within a window shorter than the context a token sees everything before it, as it does here: so far the model can be read. Qwen 2 has
     * windows only in the layers from {@code max_window_layers} on, which may be none.
     */
    private static int withinWindow(String type, ConfigFields fields, int contextLength) {
        boolean used = type.equals("qwen2") ? fields.flag("use_sliding_window", false)
                && fields.integer("max_window_layers", 0) < fields.integer("num_hidden_layers") : fields.has("sliding_window");
        return used ? Math.min(contextLength, fields.integer("sliding_window", contextLength)) : contextLength;
    }

    static JsonObject write(ModelConfig config) {
        boolean qkv = config.attentionBiases() == AttentionBiases.QKV;
        JsonObject json = new JsonObject();
        json.addProperty("model_type", qkv ? "qwen2" : "llama");
        json.add("architectures", ModelConfigJson.array(qkv ? "Qwen2ForCausalLM" : "LlamaForCausalLM"));
        json.addProperty("vocab_size", config.vocabSize());
        json.addProperty("max_position_embeddings", config.contextLength());
        json.addProperty("hidden_size", config.embeddingDim());
        json.addProperty("intermediate_size", config.hiddenDim());
        json.addProperty("num_hidden_layers", config.numLayers());
        json.addProperty("num_attention_heads", config.numHeads());
        json.addProperty("num_key_value_heads", config.numKvHeads());
        if ((long) config.headDim() * config.numHeads() != config.embeddingDim()) {
            json.addProperty("head_dim", config.headDim());
        }
        json.addProperty("hidden_act", "silu");
        json.addProperty("rms_norm_eps", ModelConfigJson.decimal(config.normEps()));
        json.addProperty("rope_theta", config.ropeTheta());
        ModelConfigJson.addScaling(config, json);
        json.addProperty("attention_bias", config.attentionBiases() == AttentionBiases.ALL);
        json.addProperty("mlp_bias", config.feedForwardBiases());
        json.addProperty("tie_word_embeddings", config.tiedOutput());
        json.addProperty("torch_dtype", "float32");
        JsonObject own = new JsonObject();
        own.addProperty("rope_pairing", config.ropePairing().text());
        json.add(ModelConfigJson.OWN, own);
        return json;
    }
}
