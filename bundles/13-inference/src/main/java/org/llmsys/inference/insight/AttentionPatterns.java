package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/**
 * Who looks at whom: the attention patterns of chosen layers and heads over one text.
 *
 * <pre>
 *   P = softmax(q·kᵀ / sqrt(HS))          (NH,T,T) in each layer, 0 behind the query
 * </pre>
 *
 * <p>A token sees only what stands before it, so a row never changes once its token was written: the first t rows are the pattern as it was when
 * the text had t tokens. That is why one look at a finished text shows how it came about.
 *
 * <p>No kernel keeps a pattern: it is computed again from the kernel's queries and keys, by the formulas of the reference in double.
 *
 * <pre>{@code
 * AttentionPatterns patterns = new AttentionPatterns.Reader(assemblies).read(model, ids, List.of(0, 1), List.of(), StepListener.NONE);
 * patterns.heads().getFirst().weights()[4][3];          // layer 0, head 0: how much the fifth token takes from the fourth
 * }</pre>
 *
 * @param heads  by layer, then by head
 * @param kernel name of the attention that the step computed with
 */
public record AttentionPatterns(List<AttentionHead> heads, String kernel) {

    private static final String OWNER = "attention";
    /** Most weights that are kept, 8 bytes each. */
    private static final long MOST = 1L << 25;

    public AttentionPatterns {
        heads = List.copyOf(heads);
    }

    /** Looks at attention. */
    public record Reader(Assemblies assemblies) {

        private record Plan(TransformerNetwork network, Need<AttentionKernel> kernel, Need<TensorAllocator> allocator) {
        }

        /**
         * @param ids    T of them, 1 or more
         * @param layers wanted; none named means all
         * @param heads  wanted in each of these layers; none named means all
         * @throws Problem for no ids, ids that the model does not know or has no room for, a layer or head that is not there, more than 32 million
         * weights
         */
        public AttentionPatterns read(TransformerModel model, int[] ids, List<Integer> layers, List<Integer> heads, StepListener listener) {
            ModelConfig config = model.config();
            List<Integer> wantedLayers = chosen("layer", layers, config.numLayers());
            List<Integer> wantedHeads = chosen("head", heads, config.numHeads());
            requireFit(ids.length, (long) wantedLayers.size() * wantedHeads.size());
            try (StepRunner<Plan> runner = assemblies.runner(OWNER, needs -> new Plan(model.network(needs),
                    needs.add(AttentionKernel.class, AttentionKernel.ALGORITHM), needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)),
                            listener)) {
                return runner.run((plan, step) -> read(plan, step, ids, wantedLayers, wantedHeads), AttentionPatterns::faultIn,
                        (plan, step, patterns) -> { });
            }
        }

        private static AttentionPatterns read(Plan plan, Step step, int[] ids, List<Integer> layers, List<Integer> heads) {
            Collected collected = new Collected(layers, heads);
            try (Pass pass = Pass.inference(collected.on(step), step.get(plan.allocator()), OWNER)) {
                plan.network().forward(ids, 1, null, true, pass);
            }
            List<AttentionHead> found = new ArrayList<>();
            layers.forEach(layer -> found.addAll(collected.of(layer)));
            return new AttentionPatterns(found, step.nameOf(plan.kernel()));
        }

        private static List<Integer> chosen(String what, List<Integer> wanted, int count) {
            for (int number : wanted) {
                if (number < 0 || number >= count) {
                    throw Problem.misused("the model has no " + what + " " + number, "its " + what + "s are 0 to " + (count - 1), "give one of them");
                }
            }
            List<Integer> all = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                if (wanted.isEmpty() || wanted.contains(number)) {
                    all.add(number);
                }
            }
            return all;
        }

        private static void requireFit(int length, long patterns) {
            if (length == 0) {
                throw Problem.misused("there is no token to look at", "the prompt is empty", "give a prompt of at least one token");
            }
            if (patterns * length * length > MOST) {
                throw Problem.failed("too many patterns to keep", patterns + " heads over " + length + " tokens have " + patterns * length * length
                        + " weights, and at most " + MOST + " are kept", "choose a layer or a head, or give a shorter text");
            }
        }
    }

    private static String faultIn(AttentionPatterns patterns) {
        for (AttentionHead head : patterns.heads()) {
            for (double[] row : head.weights()) {
                for (double weight : row) {
                    if (!Double.isFinite(weight)) {
                        return "the pattern of layer " + head.layer() + " head " + head.head() + " holds NaN";
                    }
                }
            }
        }
        return null;
    }

    /** Takes the wanted heads out of each layer's pattern. */
    private static final class Collected implements Hooks {

        private final Map<String, Integer> layers = new HashMap<>();
        private final List<Integer> heads;
        private final Map<Integer, List<AttentionHead>> found = new HashMap<>();

        Collected(List<Integer> layers, List<Integer> heads) {
            layers.forEach(layer -> this.layers.put("blocks." + layer + ".attn.hook_pattern", layer));
            this.heads = heads;
        }

        List<AttentionHead> of(int layer) {
            return found.getOrDefault(layer, List.of());
        }

        @Override
        public boolean wants(String place) {
            return layers.containsKey(place);
        }

        @Override
        public Variable visit(String place, Variable x, Pass pass) {
            int layer = layers.get(place);
            found.put(layer, heads.stream().map(head -> new AttentionHead(layer, head, rows(x.value().select(0, 0).select(0, head)))).toList());
            return x;
        }
    }

    /** (T,T) as rows of numbers. */
    static double[][] rows(Tensor matrix) {
        int length = matrix.shape().intExtent(0);
        float[] elements = matrix.to(DType.F32).copy().floats();
        double[][] rows = new double[length][length];
        for (int query = 0; query < length; query++) {
            for (int key = 0; key < length; key++) {
                rows[query][key] = elements[query * length + key];
            }
        }
        return rows;
    }
}
