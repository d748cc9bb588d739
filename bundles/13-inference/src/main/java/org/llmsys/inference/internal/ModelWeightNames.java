package org.llmsys.inference.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;

/**
 * Finds a model's weights among a file's tensors. GPT-2 files come with and without the prefix {@code transformer.}, with masks that
 * are no weights, and with or without the output table when it is the embedding table.
 */
final class ModelWeightNames {

    private static final String PREFIX = "transformer.";
    private static final Pattern MASK = Pattern.compile("h\\.[0-9]+\\.attn\\.(masked_)?bias");
    private static final String TABLE = "wte.weight";
    private static final String OUTPUT = "lm_head.weight";
    private static final int SHOWN = 20;

    private ModelWeightNames() {
    }

    /** @throws Problem that lists every tensor missing, extra, mis-shaped or of a type that is no weight's */
    static ModelWeights weights(Map<String, Tensor> file, ModelConfig config, Path path) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        file.forEach((name, tensor) -> {
            String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (found.put(plain, tensor) != null) {
                wrong.add("extra: " + name + " (it is there with and without " + PREFIX + ")");
            }
        });
        Map<String, Shape> expected = ModelWeights.expectedShapes(config);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        expected.forEach((name, shape) -> {
            Tensor tensor = found.get(name);
            if (tensor == null) {
                wrong.add("missing: " + name + " " + shape);
            } else if (!tensor.shape().equals(shape)) {
                wrong.add("wrong shape: " + name + " is " + tensor.shape() + ", the configuration asks for " + shape);
            } else if (!tensor.dtype().floating()) {
                wrong.add("wrong type: " + name + " holds whole numbers (" + tensor.dtype() + ")");
            } else {
                weights.put(name, inF32(tensor));
            }
        });
        found.forEach((name, tensor) -> {
            if (name.equals(OUTPUT) && config.tiedOutput() && weights.containsKey(TABLE)) {
                if (!equal(tensor, weights.get(TABLE))) {
                    wrong.add("extra: " + name + " differs from " + TABLE + ", but the configuration ties them");
                }
            } else if (!expected.containsKey(name) && !MASK.matcher(name).matches()) {
                wrong.add("extra: " + name + " " + tensor.shape());
            }
        });
        if (!wrong.isEmpty()) {
            String more = wrong.size() > SHOWN ? "\n  and " + (wrong.size() - SHOWN) + " more" : "";
            throw Problem.failed("the weights in " + path + " do not fit its config.json", wrong.size() + " tensors:\n  "
                    + String.join("\n  ", wrong.subList(0, Math.min(SHOWN, wrong.size()))) + more,
                    "give the config.json and the weights of one model");
        }
        return new ModelWeights(weights);
    }

    private static Tensor inF32(Tensor tensor) {
        if (tensor.dtype() == DType.F32) {
            return tensor;
        }
        Tensor converted = Tensor.zeros(DType.F32, tensor.shape());
        converted.copyFrom(tensor);
        return converted;
    }

    private static boolean equal(Tensor a, Tensor b) {
        if (!a.shape().equals(b.shape())) {
            return false;
        }
        float[] left = inF32(a).floats();
        float[] right = b.floats();
        return Arrays.equals(left, right);
    }
}
