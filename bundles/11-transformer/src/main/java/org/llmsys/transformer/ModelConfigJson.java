package org.llmsys.transformer;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;

/**
 * Reads and writes a model's {@code config.json} in the form that Hugging Face uses for its family, so that other tools open our models
 * and we open theirs: {@code gpt2}; {@code llama}, {@code mistral} and {@code qwen2}; {@code bert}.
 *
 * <p>What a family has no word for stands in an object {@code llmsys}. Unknown fields are passed over. A known field of a wrong type or
 * out of range, and an option that changes the mathematics in a way we do not compute, is a {@link Problem}.
 */
public final class ModelConfigJson {

    static final String OWN = "llmsys";

    private ModelConfigJson() {
    }

    /** @throws Problem when the text is no JSON object, is of a family we do not know, or holds values that make no model */
    public static ModelConfig read(String json) {
        ConfigFields fields = ConfigFields.of(json);
        String type = fields.text("model_type", Gpt2ConfigJson.TYPE);
        if (fields.has("quantization_config")) {
            throw Problem.failed("cannot read a model whose weights were quantized by another program", "config.json has a quantization_config ("
                    + fields.object("quantization_config").text("quant_method", "of no named method") + "), and such tensors are not read here",
                    "use the model's original, or its GGUF file");
        }
        if (type.equals(Gpt2ConfigJson.TYPE)) {
            return Gpt2ConfigJson.read(fields);
        }
        if (LlamaConfigJson.TYPES.contains(type)) {
            return LlamaConfigJson.read(type, fields);
        }
        if (type.equals(BertConfigJson.TYPE)) {
            return BertConfigJson.read(fields);
        }
        throw Problem.failed("cannot read a model of type " + type,
                "config.json says model_type " + type + ", and the types known here are gpt2, llama, mistral, qwen2 and bert",
                "use a model of one of these types");
    }

    /**
     * The tokens that end a text, as {@code eos_token_id} names them: one, a list (models of conversations have several), or none.
     *
     * <p>Ids outside the vocabulary are passed over: files of small models keep those of the large one they were made after.
     *
     * @throws Problem when it is something else
     */
    public static Set<Integer> endTokens(String json, int vocabSize) {
        ConfigFields fields = ConfigFields.of(json);
        Set<Integer> ends = new LinkedHashSet<>();
        for (double id : fields.numbers("eos_token_id")) {
            if (id >= 0 && id < vocabSize && id == Math.rint(id)) {
                ends.add((int) id);
            }
        }
        return ends;
    }

    /** @throws Problem for a family that has no form of config.json */
    public static String write(ModelConfig config) {
        JsonObject json = switch (config.family()) {
            case "gpt2" -> Gpt2ConfigJson.write(config);
            case "llama" -> LlamaConfigJson.write(config);
            case BertConfigJson.TYPE -> BertConfigJson.write(config);
            default -> throw Problem.failed("cannot write a config.json for the family " + config.family(), "the forms known are those of gpt2, llama and bert",
                    "use a model of one of these families");
        };
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    /** Adds {@code rope_scaling} when anything is stretched. */
    static void addScaling(ModelConfig config, JsonObject json) {
        Map<String, Object> scaling = config.rotary().scalingFields();
        if (!scaling.isEmpty()) {
            json.add("rope_scaling", new Gson().toJsonTree(scaling));
        }
    }

    static JsonArray array(String only) {
        JsonArray array = new JsonArray();
        array.add(only);
        return array;
    }

    /** The shortest decimal that reads back as the same float: 1e-5, not 9.99999974e-6. */
    static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
