package org.llmsys.files;

import java.util.LinkedHashMap;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;
import org.llmsys.files.internal.ConfigText;
import org.llmsys.files.internal.RotaryRows;
import org.llmsys.tensor.Tensor;

/**
 * A model with the rows of its queries and keys in the order that Hugging Face's programs expect.
 *
 * <pre>
 *   interleaved    x0 y0 x1 y1 ...      Meta's, llama2.c's, GGUF's of llama
 *   half-split     x0 x1 ... y0 y1 ...  Hugging Face's
 * </pre>
 *
 * <p>A score is a sum over the features of a head, and a sum does not change when all its terms change places: queries and keys move
 * together, so the model stays what it is but for the last bit of a rounding.
 */
public final class RotaryOrder {

    private static final String OWN = "llmsys";
    private static final String PAIRING = "rope_pairing";

    private RotaryOrder() {
    }

    /** The same model in half-split order; itself when it is, or has no rotary positions in Llama's manner. */
    public static ModelFile halfSplit(ModelFile model) {
        ConfigText config = ConfigText.of(model.config());
        if (config.text("model_type", "gpt2").equals("gpt2") || !config.object(OWN).text(PAIRING, "half-split").equals("interleaved")) {
            return model;
        }
        int heads = config.size("num_attention_heads");
        int keyHeads = config.size("num_key_value_heads", heads);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.tensors().forEach((name, tensor) -> tensors.put(name, name.contains(".q_proj.") ? turned(name, tensor, heads)
                : name.contains(".k_proj.") ? turned(name, tensor, keyHeads) : tensor));
        JsonObject own = config.json().getAsJsonObject(OWN);
        own.addProperty(PAIRING, "half-split");
        return new ModelFile(new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(config.json()) + "\n", model.tokenizer(), tensors,
                model.metadata(), model.tokenizerFile(), model.tokenizerForms());
    }

    /** Back in its own shape, which the view of {@link RotaryRows} has not: a copy on the heap. */
    private static Tensor turned(String name, Tensor rows, int heads) {
        int rank = rows.shape().rank();
        if (rank < 1 || rank > 2 || rows.shape().extent(0) % (2L * heads) != 0) {
            throw Problem.failed("cannot convert the model", Findings.quote(name) + " has the shape " + rows.shape() + ", which " + heads
                    + " heads cannot share in pairs", "give the config.json and the weights of one model");
        }
        return RotaryRows.halfSplit(rows, heads).copy().reshape(rows.shape().extents());
    }
}
