package org.llmsys.transformer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Initialization;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** A model's weights by name, in the order of the model. The map does not change; the numbers in the tensors do while a model learns. */
public final class ModelWeights implements Parameters {

    private static final double DEVIATION = 0.02;

    private final String prefix;
    private final Map<String, Variable> all;

    /** @param tensors name to value, in model order */
    public ModelWeights(Map<String, Tensor> tensors) {
        this.prefix = "";
        this.all = new LinkedHashMap<>();
        tensors.forEach((name, value) -> all.put(name, Variable.parameter(name, value)));
    }

    private ModelWeights(String prefix, Map<String, Variable> all) {
        this.prefix = prefix;
        this.all = all;
    }

    /**
     * The weights a configuration asks for, in model order: name to shape. The names are those of GPT-2's files, whatever the family
     * ({@link StoredWeight} says what its files have): {@code wte.weight (V,C)}, {@code wpe.weight (contextLength,C)} with learned positions,
     * for each block i {@code h.i.ln_1}, {@code h.i.attn.c_attn}, {@code h.i.attn.c_proj}, {@code h.i.ln_2}, {@code h.i.mlp.c_fc} and
     * {@code h.i.mlp.c_proj} (or {@code gate_proj}, {@code up_proj} and {@code down_proj}), then {@code ln_f}, and {@code lm_head.weight (V,C)}
     * when the output is not tied. {@code post-norm} blocks need no {@code ln_f}, {@code parallel} ones no {@code ln_2}; with token types there are
     * {@code wtt.weight (tokenTypes,C)} and {@code ln_e}. Linear weights stand as (in,out).
     */
    public static Map<String, Shape> expectedShapes(ModelConfig config) {
        return Collections.unmodifiableMap(WeightShapes.of(config));
    }

    /**
     * What a model knows before it has learned anything.
     *
     * <pre>
     *   matrices and tables            N(0, 0.02)
     *   c_proj of attention and MLP    N(0, 0.02 / sqrt(2L)): 2L of them add to the residual stream, which so keeps its size
     *   norms 1, biases 0
     * </pre>
     *
     * <p>Every draw is a function of the seed and the weight's name, so a weight does not change when another one comes or goes.
     *
     * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">Radford et al. 2019 (GPT-2), section 2.3</a>
     */
    public static ModelWeights initialize(ModelConfig config, long seed) {
        return initialize(expectedShapes(config), config.numLayers(), seed);
    }

    /** The same for weights of these names and shapes, of which {@code 2 numLayers} add to each residual stream. */
    static ModelWeights initialize(Map<String, Shape> shapes, int numLayers, long seed) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            Tensor weight = Tensor.zeros(DType.F32, shape);
            initialization(name, shape, numLayers).fill(weight, RandomStream.at(seed, place(name)));
            tensors.put(name, weight);
        });
        return new ModelWeights(tensors);
    }

    private static Initialization initialization(String name, Shape shape, int numLayers) {
        if (name.endsWith(".bias")) {
            return Initialization.constant(0);
        }
        if (shape.rank() == 1) {
            return Initialization.constant(1);                   // the scale of a norm
        }
        boolean residual = name.endsWith("c_proj.weight") || name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
        return Initialization.normal(residual ? DEVIATION / Math.sqrt(2.0 * numLayers) : DEVIATION);
    }

    /** A name as a place for random draws: FNV-1a over its characters. */
    private static long place(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** Every weight, in model order. */
    public Map<String, Variable> all() {
        return Collections.unmodifiableMap(all);
    }

    /** @throws Problem that names the first weight with a NaN or an infinity in it */
    public void requireFinite() {
        all.forEach((name, weight) -> {
            if (!weight.allFinite()) {
                throw Problem.failed("the model's weight " + name + " holds NaN or infinity", "the file is damaged, or training went astray",
                        "use another model or an earlier checkpoint; in training, a lower learning rate");
            }
        });
    }

    /** Number of learned numbers. */
    public long parameterCount() {
        return all.values().stream().mapToLong(v -> v.value().size()).sum();
    }

    /** What the weights take in memory. */
    public long bytes() {
        return all.values().stream().mapToLong(weight -> weight.value().storage() instanceof WeightPanels panels ? panels.bytes()
                : weight.value().dtype().bytes(weight.value().size())).sum();
    }

    @Override
    public Variable get(String name, long... extents) {
        Variable found = find(name, extents);
        if (found == null) {
            throw Problem.failed("the model has no weight " + prefix + name, "its configuration asks for one of shape " + Shape.of(extents),
                    "give the weights that belong to this config.json");
        }
        return found;
    }

    @Override
    public Variable find(String name, long... extents) {
        Variable found = all.get(prefix + name);
        if (found != null && !found.shape().equals(Shape.of(extents))) {
            throw Problem.failed("the weight " + prefix + name + " has shape " + found.shape(), "the configuration asks for " + Shape.of(extents),
                    "give the weights that belong to this config.json");
        }
        return found;
    }

    @Override
    public Parameters scope(String scope) {
        return new ModelWeights(prefix + scope + ".", all);
    }
}
