package org.llmsys.transformer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.StoredWeight.Part;

/**
 * Finds a model's weights among a file's tensors, and the other way round.
 *
 * <p>Files come with and without the prefix of their family ({@code transformer.}, {@code bert.}), with masks and angles that are no weights,
 * and with or without the output table when it is the embedding table.
 */
public final class ModelWeightNames {

    /** What files hold beside weights: causal masks, and the angles of rotary positions. */
    private static final Pattern NO_WEIGHT = Pattern.compile("h\\.[0-9]+\\.attn\\.(masked_)?bias"
            + "|model\\.layers\\.[0-9]+\\.self_attn\\.rotary_emb\\.inv_freq");
    private static final Pattern HEAD_NORM = Pattern.compile(".*\\.self_attn\\.[qk]_norm\\.weight");
    private static final String OUTPUT = "lm_head.weight";
    private static final int SHOWN = 20;

    private ModelWeightNames() {
    }

    /**
     * The weights, as the layers ask for them, laid out for reading.
     *
     * @param file the tensors of a model's file, by their names there
     * @param path of the file or folder, for the error
     * @throws Problem that lists every tensor missing, extra, mis-shaped or of a type that is no weight's
     */
    public static ModelWeights weights(Map<String, Tensor> file, ModelConfig config, Path path) {
        return arranged(checked(file, config, path), config, WeightArrangement::weight);
    }

    /** The same for learning: plain F32. @throws Problem as {@link #weights} */
    public static ModelWeights trainable(Map<String, Tensor> file, ModelConfig config, Path path) {
        return arranged(checked(file, config, path), config, WeightArrangement::trainable);
    }

    private static ModelWeights arranged(Map<String, Tensor> found, ModelConfig config, BiFunction<StoredWeight, List<Tensor>, Tensor> arrangement) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (StoredWeight weight : StoredWeight.of(config)) {
            weights.put(weight.name(), arrangement.apply(weight, weight.parts().stream().map(part -> found.get(part.name())).toList()));
        }
        return new ModelWeights(weights);
    }

    /** Whether the file's tensors are the configuration's weights. @throws Problem as {@link #weights} */
    public static void require(Map<String, Tensor> file, ModelConfig config, Path path) {
        checked(file, config, path);
    }

    /** Name without the family's prefix to tensor. */
    private static Map<String, Tensor> checked(Map<String, Tensor> file, ModelConfig config, Path path) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        file.forEach((name, tensor) -> {
            if (found.put(StoredWeight.plainName(name, config), tensor) != null) {
                wrong.add("extra: " + name + " (it is there with and without the prefix of its family)");
            }
        });
        List<StoredWeight> expected = StoredWeight.of(config);
        Set<String> names = new HashSet<>();
        for (StoredWeight weight : expected) {
            for (Part part : weight.parts()) {
                names.add(part.name());
                check(part, found.get(part.name()), wrong);
            }
        }
        found.forEach((name, tensor) -> {
            boolean tied = name.equals(OUTPUT) && config.tiedOutput();
            if (!tied && !names.contains(name) && !NO_WEIGHT.matcher(name).matches() && !StoredWeight.knownUnused(name, config)) {
                wrong.add("extra: " + name + " " + tensor.shape()
                        + (HEAD_NORM.matcher(name).matches() ? ", a norm of each head, which is not computed here" : ""));
            }
        });
        Part table = expected.getFirst().parts().getFirst();
        if (config.tiedOutput() && differ(found.get(OUTPUT), found.get(table.name()))) {
            wrong.add("extra: " + OUTPUT + " differs from " + table.name() + ", but the configuration ties them");
        }
        if (!wrong.isEmpty()) {
            String more = wrong.size() > SHOWN ? "\n  and " + (wrong.size() - SHOWN) + " more" : "";
            throw Problem.failed("the weights in " + path + " do not fit its configuration", wrong.size() + " tensors:\n  "
                    + String.join("\n  ", wrong.subList(0, Math.min(SHOWN, wrong.size()))) + more,
                    "give the configuration and the weights of one model");
        }
        return found;
    }

    private static void check(Part part, Tensor tensor, List<String> wrong) {
        if (tensor == null) {
            wrong.add("missing: " + part.name() + " " + part.shape());
        } else if (!tensor.shape().equals(part.shape()) && !(tensor.dtype().blocked() && turned(tensor).equals(part.shape()))) {
            wrong.add("wrong shape: " + part.name() + " is " + tensor.shape() + ", the configuration asks for " + part.shape());
        } else if (!tensor.dtype().floating()) {
            wrong.add("wrong type: " + part.name() + " holds whole numbers (" + tensor.dtype() + ")");
        }
    }

    /** Blocks lie along the inputs, so tensors of block types stand as (out, in) also where a family has (in, out). */
    private static Shape turned(Tensor tensor) {
        return tensor.shape().rank() == 2 ? Shape.of(tensor.shape().extent(1), tensor.shape().extent(0)) : tensor.shape();
    }

    /** The tensors that a file of this model's family keeps, by their names there. */
    public static Map<String, Tensor> tensors(ModelWeights weights, ModelConfig config) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (StoredWeight weight : StoredWeight.of(config)) {
            tensors.putAll(WeightArrangement.parts(weight, weights.all().get(weight.name()).value()));
        }
        return tensors;
    }

    /** Whether both are there and hold other numbers. */
    private static boolean differ(Tensor output, Tensor table) {
        return output != null && table != null && !(output.shape().equals(table.shape()) && Arrays.equals(numbers(output), numbers(table)));
    }

    private static float[] numbers(Tensor tensor) {
        Tensor copy = Tensor.zeros(DType.F32, tensor.shape());
        copy.copyFrom(tensor);
        return copy.floats();
    }
}
