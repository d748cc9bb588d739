package org.llmsys.transformer;

import java.util.Map;
import java.util.TreeSet;

import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;
import org.llmsys.position.RotaryConfig;
import org.llmsys.position.RotaryPairing;

/**
 * {@code config.json} as GPT-2 has it.
 *
 * <pre>
 *   n_embd C   n_layer L   n_head NH   n_positions contextLength   n_inner F (4C when absent)   vocab_size V
 *   layer_norm_epsilon   activation_function (gelu, gelu_new, relu)   resid_pdrop   tie_word_embeddings
 *   llmsys { biases position normalization block feedforward kv_heads head_dim rope_theta rope_pairing rope_scaling causal token_types }      what GPT-2 has no word for
 * </pre>
 */
final class Gpt2ConfigJson {

    static final String TYPE = "gpt2";

    /** Hugging Face's names, of which several mean one function; any other name that is a name of the slot stays, so that plug-ins can bring more. */
    private static final Map<String, String> TO_ALGORITHM = Map.of("gelu_new", "gelu-tanh", "gelu_pytorch_tanh", "gelu-tanh", "gelu_fast",
            "gelu-tanh", "gelu_accurate", "gelu-tanh", "gelu_python", "gelu", "quick_gelu", "quick-gelu", "swish", "silu");
    private static final Map<String, String> TO_HUGGING_FACE = Map.of("gelu-tanh", "gelu_new", "quick-gelu", "quick_gelu");

    private Gpt2ConfigJson() {
    }

    static ModelConfig read(ConfigFields fields) {
        fields.requireFlag("scale_attn_weights", true);
        fields.requireFlag("scale_attn_by_inverse_layer_idx", false);
        fields.requireFlag("add_cross_attention", false);
        ConfigFields own = fields.object(ModelConfigJson.OWN);
        RotaryConfig rotary = RotaryConfig.fromConfigJson(own.values(), RotaryPairing.named(own.text("rope_pairing", "interleaved")));
        int embeddingDim = fields.integer("n_embd");
        int numHeads = fields.integer("n_head");
        int contextLength = fields.has("n_positions") ? fields.integer("n_positions") : fields.integer("n_ctx");
        String activation = activation(fields);
        return new ModelConfig(TYPE, fields.integer("vocab_size"), contextLength, embeddingDim, fields.integer("n_layer"), numHeads,
                own.integer("kv_heads", numHeads), own.has("head_dim") ? own.integer("head_dim") : ModelConfig.sharedFeatures(embeddingDim, numHeads),
                fields.integer("n_inner", Math.multiplyExact(4, Math.min(embeddingDim, 1 << 20))),
                (float) fields.number("layer_norm_epsilon", 1e-5), own.flag("biases", true),
                fields.flag("tie_word_embeddings", true), own.text("block", "pre-norm"), own.text("normalization", "layernorm"),
                own.text("position", "learned"), own.text("feedforward", "gelu-mlp"), activation,
                (float) fields.number("resid_pdrop", 0), rotary.theta(), rotary.pairing(), rotary.scaling(),
                ModelConfig.AttentionBiases.NONE, false, own.flag("causal", true), own.integer("token_types", 0));
    }

    private static String activation(ConfigFields fields) {
        String name = fields.text("activation_function", "gelu_new");
        if (name.contains("_") && !TO_ALGORITHM.containsKey(name)) {
            throw Problem.failed("cannot compute a model with the activation_function " + (name.length() > 60 ? name.substring(0, 60) + "..." : name),
                    "of Hugging Face's names with an underscore these are known here: " + String.join(", ", new TreeSet<>(TO_ALGORITHM.keySet())),
                    "use a model with another activation");
        }
        return TO_ALGORITHM.getOrDefault(name, name);
    }

    static JsonObject write(ModelConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", TYPE);
        json.add("architectures", ModelConfigJson.array("GPT2LMHeadModel"));
        json.addProperty("vocab_size", config.vocabSize());
        json.addProperty("n_positions", config.contextLength());
        json.addProperty("n_ctx", config.contextLength());
        json.addProperty("n_embd", config.embeddingDim());
        json.addProperty("n_layer", config.numLayers());
        json.addProperty("n_head", config.numHeads());
        json.addProperty("n_inner", config.hiddenDim());
        json.addProperty("activation_function", TO_HUGGING_FACE.getOrDefault(config.activation(), config.activation()));
        json.addProperty("layer_norm_epsilon", ModelConfigJson.decimal(config.normEps()));
        json.addProperty("resid_pdrop", ModelConfigJson.decimal(config.dropout()));
        json.addProperty("embd_pdrop", ModelConfigJson.decimal(config.dropout()));
        json.addProperty("attn_pdrop", 0);
        json.addProperty("tie_word_embeddings", config.tiedOutput());
        json.addProperty("torch_dtype", "float32");
        JsonObject own = new JsonObject();
        own.addProperty("biases", config.biases());
        own.addProperty("position", config.position());
        own.addProperty("normalization", config.normalization());
        own.addProperty("block", config.block());
        own.addProperty("feedforward", config.feedforward());
        own.addProperty("kv_heads", config.numKvHeads());
        if ((long) config.headDim() * config.numHeads() != config.embeddingDim()) {
            own.addProperty("head_dim", config.headDim());
        }
        own.addProperty("rope_theta", config.ropeTheta());
        own.addProperty("rope_pairing", config.ropePairing().text());
        if (!config.causal() || config.tokenTypes() > 0) {
            own.addProperty("causal", config.causal());
            own.addProperty("token_types", config.tokenTypes());
        }
        ModelConfigJson.addScaling(config, own);
        json.add(ModelConfigJson.OWN, own);
        return json;
    }
}
