package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.LossLayer;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.internal.PreNormBlock;

class TransformerNetworkTest {

    private static final int V = 11;
    private static final int CONTEXT = 9;

    private final TensorAllocator allocator = TensorAllocator.heap();

    private record Plan(TransformerNetwork network, LossLayer loss, Need<TapeFactory> tape, Need<KvCacheFactory> caches) {
    }

    private static ModelConfig config(boolean biases, boolean tied) {
        return new ModelConfig("gpt2", V, CONTEXT, 8, 2, 4, 2, 12, 1e-5f, 10000, biases, tied, "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu", 0);
    }

    /** Weights ten times as large as at the start of learning, so that every part bears on the result. */
    private static TransformerModel model(ModelConfig config) {
        ModelWeights weights = ModelWeights.initialize(config, 1);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            float[] elements = w.value().floats();
            for (int i = 0; i < elements.length; i++) {
                elements[i] *= 10;
            }
        });
        return new TransformerModel(config, weights);
    }

    private static StepRunner<Plan> runner(TransformerModel model, Assemblies assemblies, StepListener listener) {
        return assemblies.runner("test", needs -> new Plan(model.network(needs), new LossLayer("cross-entropy", needs),
                needs.add(TapeFactory.class, TapeFactory.ALGORITHM), needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM)), listener);
    }

    private static StepRunner<Plan> runner(TransformerModel model) {
        return runner(model, ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies(), StepListener.NONE);
    }

    private Tensor logits(StepRunner<Plan> runner, int[] ids, int batch, boolean lastOnly) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.network().forward(ids, batch, null, lastOnly, pass).value().copy();
            }
        });
    }

    private double loss(StepRunner<Plan> runner, int[] ids, Tensor targets) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.loss().forward(plan.network().forward(ids, 2, null, false, pass), targets, pass).value().getDouble(0);
            }
        });
    }

    @Test
    @DisplayName("the gradient of the loss of a two-layer model is that of finite differences, for every weight: tied with biases, untied without, other blocks")
    void gradients() {
        gradients(config(true, true));
        gradients(config(false, false));
        gradients(config(true, true).withBlock("post-norm"));
        gradients(config(false, true).withBlock("parallel"));
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    private void gradients(ModelConfig config) {
        TransformerModel model = model(config);
        int[] ids = {1, 2, 3, 4, 5, 5, 0, 10};                                             // (2,4)
        Tensor targets = Tensor.zeros(DType.I32, Shape.of(2, 4));
        for (int n = 0; n < 8; n++) {
            targets.set(n == 7 ? 1 : ids[n + 1], n / 4, n % 4);                            // the next id
        }
        try (StepRunner<Plan> runner = runner(model)) {
            Map<String, Tensor> gradients = runner.run((plan, step) -> {
                try (Pass pass = Pass.training(step, step.get(plan.tape()), allocator, "test", 0, 0)) {
                    Gradients found = pass.tape().backward(plan.loss().forward(plan.network().forward(ids, 2, null, false, pass), targets, pass));
                    Map<String, Tensor> copies = new HashMap<>();
                    model.weights().all().forEach((name, weight) -> copies.put(name, found.of(weight).copy()));
                    return copies;
                }
            });
            model.weights().all().forEach((name, weight) -> {
                float[] w = weight.value().floats();
                for (int i = 0; i < w.length; i += Math.max(1, w.length / 7)) {            // some of each weight
                    float kept = w[i];
                    w[i] = kept + 4e-3f;
                    double up = loss(runner, ids, targets);
                    double high = w[i];
                    w[i] = kept - 4e-3f;
                    double slope = (up - loss(runner, ids, targets)) / (high - w[i]);
                    w[i] = kept;
                    assertEquals(slope, gradients.get(name).floats()[i], 2e-4 + 1e-2 * Math.abs(slope), name + " element " + i);
                }
            });
        }
    }

    @Test
    @DisplayName("changing a token changes no logits before it, and some at it")
    void causal() {
        try (StepRunner<Plan> runner = runner(model(config(true, true)))) {
            Tensor before = logits(runner, new int[] {1, 2, 3, 4, 5}, 1, false);
            Tensor after = logits(runner, new int[] {1, 2, 3, 9, 5}, 1, false);
            assertArrayEquals(before.slice(1, 0, 3).copy().floats(), after.slice(1, 0, 3).copy().floats());
            assertTrue(Math.abs(before.get(0, 3, 0) - after.get(0, 3, 0)) > 1e-4);
        }
    }

    @Test
    @DisplayName("rows of a batch do not see each other, and lastOnly gives the last row")
    void batchAndLastOnly() {
        try (StepRunner<Plan> runner = runner(model(config(false, true)))) {
            Tensor both = logits(runner, new int[] {1, 2, 3, 4, 5, 6}, 2, false);
            Tensor second = logits(runner, new int[] {4, 5, 6}, 1, false);
            assertEquals(Shape.of(2, 3, V), both.shape());
            assertArrayEquals(second.floats(), both.slice(0, 1, 2).copy().floats(), 1e-6f);
            Tensor last = logits(runner, new int[] {1, 2, 3, 4, 5, 6}, 2, true);
            assertEquals(Shape.of(2, 1, V), last.shape());
            assertArrayEquals(both.slice(1, 2, 3).copy().floats(), last.floats(), 1e-6f);
        }
    }

    @Test
    @DisplayName("sequences of unequal length, filled up: the logits of each are those it has alone, and lastOnly finds its last token")
    void padding() {
        try (StepRunner<Plan> runner = runner(model(config(true, true)))) {
            int[] ids = {1, 2, 3, 4, 5, 6, 0, 0};
            Tensor padded = padded(runner, ids, false);
            Tensor last = padded(runner, ids, true);
            Tensor first = logits(runner, new int[] {1, 2, 3, 4}, 1, false);
            Tensor second = logits(runner, new int[] {5, 6}, 1, false);
            assertArrayEquals(first.floats(), padded.slice(0, 0, 1).copy().floats(), 1e-6f);
            assertArrayEquals(second.floats(), padded.slice(0, 1, 2).slice(1, 0, 2).copy().floats(), 1e-6f);
            assertArrayEquals(first.slice(1, 3, 4).copy().floats(), last.slice(0, 0, 1).copy().floats(), 1e-6f);
            assertArrayEquals(second.slice(1, 1, 2).copy().floats(), last.slice(0, 1, 2).copy().floats(), 1e-6f);
        }
    }

    private Tensor padded(StepRunner<Plan> runner, int[] ids, boolean lastOnly) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.network().forward(ids, Sequences.padded(4, 2), lastOnly, pass).value().copy();
            }
        });
    }

    @Test
    @DisplayName("logits through a cache, a prompt of three and then token by token, are those of one pass")
    void cacheAgreesWithOnePass() {
        ModelConfig config = config(true, true);
        int[] ids = {3, 1, 4, 1, 5, 9, 2, 6, 5};
        try (StepRunner<Plan> runner = runner(model(config))) {
            Tensor whole = logits(runner, ids, 1, false);
            KvCache cache = runner.run((plan, step) -> step.get(plan.caches()).create(new CacheSpec(2, 2, 2, CONTEXT), allocator));
            try (cache) {
                for (int end = 3; end <= ids.length; end++) {
                    int[] piece = Arrays.copyOfRange(ids, cache.length(), end);
                    Tensor last = runner.run((plan, step) -> {
                        try (Pass pass = Pass.inference(step, allocator, "test")) {
                            return plan.network().forward(piece, 1, cache, true, pass).value().copy();
                        }
                    }, result -> null, (plan, step, result) -> cache.commit(piece.length));
                    for (int v = 0; v < V; v++) {
                        float expected = whole.get(0, end - 1, v);
                        assertEquals(expected, last.get(0, 0, v), 1e-4 * Math.max(1, Math.abs(expected)));
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("ids outside the vocabulary and sequences longer than the context are problems; a ragged batch is refused")
    void refuses() {
        try (StepRunner<Plan> runner = runner(model(config(true, true)))) {
            assertTrue(assertThrows(Problem.class, () -> logits(runner, new int[] {0, V}, 1, false)).getMessage().contains("token id 11 at place 1"));
            assertThrows(Problem.class, () -> logits(runner, new int[] {-1}, 1, false));
            assertTrue(assertThrows(Problem.class, () -> logits(runner, new int[CONTEXT + 1], 1, false)).why().contains("9"));
            assertThrows(RuntimeException.class, () -> logits(runner, new int[3], 2, false));
            assertThrows(RuntimeException.class, () -> logits(runner, new int[0], 1, false));
        }
    }

    @Test
    @DisplayName("a weight that is missing or of another shape is a problem with its name")
    void missingWeight() {
        ModelConfig config = config(true, true);
        Map<String, Tensor> fewer = new HashMap<>();
        ModelWeights.initialize(config, 1).all().forEach((name, weight) -> fewer.put(name, weight.value()));
        fewer.remove("h.1.mlp.c_fc.weight");
        try (StepRunner<Plan> runner = runner(new TransformerModel(config, new ModelWeights(fewer)))) {
            Problem problem = assertThrows(Problem.class, () -> logits(runner, new int[] {1}, 1, false));
            assertTrue(problem.getMessage().contains("h.1.mlp.c_fc.weight"), problem.getMessage());
        }
    }

    enum Fault { NAN, SHAPE }

    /** A block that is right at first, and then makes something else of good numbers. */
    @Provider(slot = "block", algorithm = "pre-norm", name = "faulty")
    public static final class FaultyBlock implements TransformerBlock {

        private final TransformerBlock good = new PreNormBlock();
        private final AtomicInteger calls = new AtomicInteger();
        private final Fault fault;

        FaultyBlock(Fault fault) {
            this.fault = fault;
        }

        @Override
        public BlockLayer build(Site site, Needs needs) {
            BlockLayer layer = good.build(site, needs);
            return (x, sequences, pass) -> {
                Variable y = layer.forward(x, sequences, pass);
                if (calls.incrementAndGet() <= 2) {
                    return y;
                }
                if (fault == Fault.NAN) {
                    y.value().set(Double.NaN, 0, 0, 0);
                    return y;
                }
                return Variable.constant("short", y.value().slice(1, 0, 1));
            };
        }
    }

    /** An encoding that adds nothing, and turns queries and keys into NaN. */
    @Provider(slot = "position", algorithm = "learned", name = "faulty")
    public static final class FaultyEncoding implements PositionalEncoding {

        @Override
        public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
            return new PositionalLayer() {
                @Override
                public Variable rotate(Variable heads, int start, Pass pass) {
                    Tensor turned = heads.value().copy();
                    turned.set(Double.NaN, 0, 0, 0, 0);
                    return Variable.constant("turned", turned);
                }
            };
        }
    }

    static Stream<Object> faultyParts() {
        return Stream.of(new FaultyBlock(Fault.NAN), new FaultyBlock(Fault.SHAPE), new FaultyEncoding());
    }

    @ParameterizedTest
    @MethodSource("faultyParts")
    @DisplayName("a part that makes NaN or a wrong shape of good numbers is found, taken out, and the step gives what the other part gives")
    void faultyPart(Object part) {
        TransformerModel model = model(config(true, true));
        List<String> quarantined = new ArrayList<>();
        StepListener listener = new StepListener() {
            @Override
            public void quarantined(Candidate provider, String reason) {
                quarantined.add(provider.name());
            }
        };
        int[] ids = {1, 2, 3};
        try (StepRunner<Plan> good = runner(model); StepRunner<Plan> runner = runner(model, ClassPathWorkbench.open(part, WorkerPool.SERIAL).assemblies(), listener)) {
            Tensor expected = logits(good, ids, 1, false);
            for (int step = 0; step < 3; step++) {
                assertArrayEquals(expected.floats(), checked(runner, ids).floats());
            }
        }
        assertEquals(List.of("faulty"), quarantined);
    }

    private Tensor checked(StepRunner<Plan> runner, int[] ids) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.network().forward(ids, 1, null, false, pass).value().copy();
            }
        }, result -> result.allFinite() ? null : "logits hold NaN", (plan, step, result) -> { });
    }
}
