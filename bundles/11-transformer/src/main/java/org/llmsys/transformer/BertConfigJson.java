package org.llmsys.transformer;

import java.util.Map;

import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.transformer.ModelConfig.AttentionBiases;

/**
 * {@code config.json} as BERT has it: an encoder of post-norm blocks.
 *
 * <pre>
 *   hidden_size C   num_hidden_layers L   num_attention_heads NH   intermediate_size F   vocab_size V
 *   max_position_embeddings contextLength   type_vocab_size tokenTypes (2 when absent)   layer_norm_eps   hidden_dropout_prob
 *   hidden_act (gelu, gelu_new, gelu_pytorch_tanh, relu)   position_embedding_type (absolute)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2018 (BERT)</a>
 */
final class BertConfigJson {

    static final String TYPE = "bert";

    private static final Map<String, String> TO_ALGORITHM = Map.of("gelu", "gelu", "gelu_new", "gelu-tanh", "gelu_pytorch_tanh", "gelu-tanh", "relu", "relu");
    private static final Map<String, String> TO_HUGGING_FACE = Map.of("gelu", "gelu", "gelu-tanh", "gelu_new", "relu", "relu");

    private BertConfigJson() {
    }

    static ModelConfig read(ConfigFields fields) {
        String positions = fields.text("position_embedding_type", "absolute");
        if (!positions.equals("absolute")) {
            throw Problem.failed("cannot compute a bert with positions " + positions, "its positions are vectors that are added here",
                    "use a model with position_embedding_type absolute");
        }
        fields.requireFlag("is_decoder", false);
        fields.requireFlag("add_cross_attention", false);
        String activation = TO_ALGORITHM.get(fields.text("hidden_act", "gelu"));
        if (activation == null) {
            throw Problem.failed("cannot compute a bert with the activation " + fields.text("hidden_act", ""), "those known here are gelu, gelu_new and relu",
                    "use a model with one of these");
        }
        int types = fields.integer("type_vocab_size", 2);
        if (types < 1) {
            throw Problem.failed("cannot compute a bert with type_vocab_size " + types, "every token has a type", "restore the file");
        }
        int heads = fields.integer("num_attention_heads");
        int c = fields.integer("hidden_size");
        return new ModelConfig(TYPE, fields.integer("vocab_size"), fields.integer("max_position_embeddings"), c,
                fields.integer("num_hidden_layers"), heads, heads, ModelConfig.sharedFeatures(c, heads), fields.integer("intermediate_size"),
                (float) fields.number("layer_norm_eps", 1e-12),
                true, true, "post-norm", "layernorm", "learned", activation.equals("relu") ? "relu-mlp" : "gelu-mlp", activation,
                (float) fields.number("hidden_dropout_prob", 0.1), 10000, RotaryPairing.INTERLEAVED, RotaryScaling.NONE,
                AttentionBiases.NONE, false, false, types);
    }

    static JsonObject write(ModelConfig config) {
        if (config.causal() || config.tokenTypes() == 0 || !config.biases() || !config.block().equals("post-norm") || !config.position().equals("learned")
                || config.numKvHeads() != config.numHeads() || !TO_HUGGING_FACE.containsKey(config.activation())) {
            throw Problem.failed("this model is no bert", "a bert is an encoder of post-norm blocks with biases, learned positions and token types",
                    "choose the family gpt2 for it");
        }
        JsonObject json = new JsonObject();
        json.addProperty("model_type", TYPE);
        json.add("architectures", ModelConfigJson.array("BertModel"));
        json.addProperty("vocab_size", config.vocabSize());
        json.addProperty("max_position_embeddings", config.contextLength());
        json.addProperty("type_vocab_size", config.tokenTypes());
        json.addProperty("hidden_size", config.embeddingDim());
        json.addProperty("intermediate_size", config.hiddenDim());
        json.addProperty("num_hidden_layers", config.numLayers());
        json.addProperty("num_attention_heads", config.numHeads());
        json.addProperty("hidden_act", TO_HUGGING_FACE.get(config.activation()));
        json.addProperty("layer_norm_eps", ModelConfigJson.decimal(config.normEps()));
        json.addProperty("hidden_dropout_prob", ModelConfigJson.decimal(config.dropout()));
        json.addProperty("attention_probs_dropout_prob", 0);
        json.addProperty("position_embedding_type", "absolute");
        json.addProperty("torch_dtype", "float32");
        return json;
    }
}
