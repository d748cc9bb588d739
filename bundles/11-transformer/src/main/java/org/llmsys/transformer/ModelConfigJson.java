package org.llmsys.transformer;

import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;

import org.llmsys.assembly.Problem;

/**
 * Reads and writes a model's {@code config.json} in the form that Hugging Face uses for GPT-2, so that other tools open our models and
 * we open theirs.
 *
 * <pre>
 *   n_embd C   n_layer L   n_head NH   n_positions contextLength   n_inner F (4C when absent)   vocab_size V
 *   layer_norm_epsilon   activation_function (gelu, gelu_new, relu)   resid_pdrop   tie_word_embeddings
 *   llmsys { biases position normalization block feedforward kv_heads rope_theta }      what GPT-2 has no word for
 * </pre>
 *
 * <p>Unknown fields are passed over. A known field of a wrong type or out of range, and an option of GPT-2 that changes the
 * mathematics in a way we do not compute, is a {@link Problem}.
 */
public final class ModelConfigJson {

    private static final String OWN = "llmsys";
    private static final Map<String, String> TO_ALGORITHM = Map.of("gelu_new", "gelu-tanh", "gelu_pytorch_tanh", "gelu-tanh");
    private static final Map<String, String> TO_HUGGING_FACE = Map.of("gelu-tanh", "gelu_new");

    private ModelConfigJson() {
    }

    /** @throws Problem when the text is no JSON object, is no GPT-2, or holds values that make no model */
    public static ModelConfig read(String json) {
        Fields fields = new Fields(parse(json), "");
        String type = fields.text("model_type", "gpt2");
        if (!type.equals("gpt2")) {
            throw Problem.failed("cannot read a model of type " + type, "config.json says model_type " + type + ", and gpt2 is the type we know",
                    "use a model of type gpt2");
        }
        fields.requireFlag("scale_attn_weights", true);
        fields.requireFlag("scale_attn_by_inverse_layer_idx", false);
        fields.requireFlag("add_cross_attention", false);
        Fields own = fields.object(OWN);
        int embeddingDim = fields.integer("n_embd");
        int numHeads = fields.integer("n_head");
        int contextLength = fields.has("n_positions") ? fields.integer("n_positions") : fields.integer("n_ctx");
        String activation = fields.text("activation_function", "gelu_new");
        return new ModelConfig("gpt2", fields.integer("vocab_size"), contextLength, embeddingDim, fields.integer("n_layer"), numHeads,
                own.integer("kv_heads", numHeads), fields.integer("n_inner", Math.multiplyExact(4, Math.min(embeddingDim, 1 << 20))),
                (float) fields.number("layer_norm_epsilon", 1e-5), own.number("rope_theta", 10000), own.flag("biases", true),
                fields.flag("tie_word_embeddings", true), own.text("block", "pre-norm"), own.text("normalization", "layernorm"),
                own.text("position", "learned"), own.text("feedforward", "gelu-mlp"), TO_ALGORITHM.getOrDefault(activation, activation),
                (float) fields.number("resid_pdrop", 0));
    }

    /** @throws Problem for a family whose form of config.json is not GPT-2's */
    public static String write(ModelConfig config) {
        if (!config.family().equals("gpt2")) {
            throw Problem.failed("cannot write a config.json for the family " + config.family(), "only the form of gpt2 is known", "use a model of the family gpt2");
        }
        JsonObject json = new JsonObject();
        json.addProperty("model_type", "gpt2");
        JsonArray architectures = new JsonArray();
        architectures.add("GPT2LMHeadModel");
        json.add("architectures", architectures);
        json.addProperty("vocab_size", config.vocabSize());
        json.addProperty("n_positions", config.contextLength());
        json.addProperty("n_ctx", config.contextLength());
        json.addProperty("n_embd", config.embeddingDim());
        json.addProperty("n_layer", config.numLayers());
        json.addProperty("n_head", config.numHeads());
        json.addProperty("n_inner", config.hiddenDim());
        json.addProperty("activation_function", TO_HUGGING_FACE.getOrDefault(config.activation(), config.activation()));
        json.addProperty("layer_norm_epsilon", decimal(config.normEps()));
        json.addProperty("resid_pdrop", decimal(config.dropout()));
        json.addProperty("embd_pdrop", decimal(config.dropout()));
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
        own.addProperty("rope_theta", config.ropeTheta());
        json.add(OWN, own);
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    /** The shortest decimal that reads back as the same float: 1e-5, not 9.99999974e-6. */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private static JsonObject parse(String json) {
        try {
            return JsonParser.parseString(json).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new Problem("config.json cannot be read", "it is not a JSON object: " + e.getMessage(), "restore the file", Problem.FAILED, e);
        }
    }

    /** The fields of one object, each read as what it must be; null counts as absent. */
    private record Fields(JsonObject json, String path) {

        boolean has(String name) {
            JsonElement value = json.get(name);
            return value != null && !value.isJsonNull();
        }

        Fields object(String name) {
            if (!has(name)) {
                return new Fields(new JsonObject(), name + ".");
            }
            if (!json.get(name).isJsonObject()) {
                throw wrong(name, "an object");
            }
            return new Fields(json.getAsJsonObject(name), name + ".");
        }

        int integer(String name) {
            if (!has(name)) {
                throw Problem.failed("config.json does not say " + path + name, "without it the model's shape is not known", "restore the file");
            }
            double value = number(name, 0);
            if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
                throw wrong(name, "a whole number of at most 2147483647");
            }
            return (int) value;
        }

        int integer(String name, int absent) {
            return has(name) ? integer(name) : absent;
        }

        double number(String name, double absent) {
            if (!has(name)) {
                return absent;
            }
            JsonPrimitive value = primitive(name, "a number");
            if (!value.isNumber()) {
                throw wrong(name, "a number");
            }
            return value.getAsDouble();
        }

        String text(String name, String absent) {
            if (!has(name)) {
                return absent;
            }
            JsonPrimitive value = primitive(name, "a text");
            if (!value.isString()) {
                throw wrong(name, "a text");
            }
            return value.getAsString();
        }

        boolean flag(String name, boolean absent) {
            if (!has(name)) {
                return absent;
            }
            JsonPrimitive value = primitive(name, "true or false");
            if (!value.isBoolean()) {
                throw wrong(name, "true or false");
            }
            return value.getAsBoolean();
        }

        void requireFlag(String name, boolean wanted) {
            if (flag(name, wanted) != wanted) {
                throw Problem.failed("cannot compute a model with " + path + name + " " + !wanted, "our attention is the one with " + name + " " + wanted,
                        "use another model");
            }
        }

        private JsonPrimitive primitive(String name, String kind) {
            if (!json.get(name).isJsonPrimitive()) {
                throw wrong(name, kind);
            }
            return json.getAsJsonPrimitive(name);
        }

        private Problem wrong(String name, String kind) {
            String found = json.get(name).toString();
            return Problem.failed("config.json: " + path + name + " is " + (found.length() > 60 ? found.substring(0, 60) + "..." : found),
                    "it must be " + kind, "restore the file");
        }
    }
}
