package org.llmsys.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

class MultiHeadAttentionTest {

    private static final int C = 8;
    private static final AttentionSpec GROUPED = new AttentionSpec(C, 4, 2, 0);       // HS = 2

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Map<String, Variable> weights = new HashMap<>();

    /** A positional layer with a backward rule of its own: doubles queries and keys. */
    private static final PositionalLayer DOUBLING = new PositionalLayer() {
        @Override
        public Variable rotate(Variable heads, int start, Pass pass) {
            Tensor twice = Tensor.zeros(heads.shape().extents());
            twice.copyFrom(heads.value());
            for (int i = 0; i < twice.size(); i++) {
                twice.floats()[i] *= 2;
            }
            return pass.tape().record("double", twice, (grad, gradients) -> {
                for (int i = 0; i < grad.size(); i++) {
                    gradients.into(heads).floats()[i] += 2 * grad.floats()[grad.floatOffset() + i];
                }
            }, heads);
        }
    };
    private static final PositionalLayer NONE = new PositionalLayer() {
    };

    private static Tensor normal(long seed, double deviation, long... extents) {
        RandomStream random = RandomStream.at(seed);
        Tensor x = Tensor.zeros(extents);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) (deviation * random.nextGaussian());
        }
        return x;
    }

    private Parameters parameters(AttentionSpec spec) {
        weights.put("c_attn.weight", Variable.parameter("c_attn.weight", normal(1, 0.3, C, (spec.numHeads() + 2 * spec.numKvHeads()) * spec.headDim())));
        weights.put("c_attn.bias", Variable.parameter("c_attn.bias", normal(2, 0.3, (spec.numHeads() + 2 * spec.numKvHeads()) * spec.headDim())));
        weights.put("c_proj.weight", Variable.parameter("c_proj.weight", normal(3, 0.3, C, C)));
        weights.put("c_proj.bias", Variable.parameter("c_proj.bias", normal(4, 0.5, C)));
        return new NamedWeights("", weights);
    }

    private record Plan(MultiHeadAttention attention, Need<TapeFactory> tape, Need<KvCacheFactory> caches) {
    }

    private StepRunner<Plan> runner(AttentionSpec spec, PositionalLayer positions) {
        Parameters parameters = parameters(spec);
        return assemblies.runner("test", needs -> new Plan(new MultiHeadAttention(spec, parameters, positions, needs),
                needs.add(TapeFactory.class, TapeFactory.ALGORITHM), needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM)), StepListener.NONE);
    }

    private Tensor forward(StepRunner<Plan> runner, Tensor x) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.attention().forward(Variable.constant("x", x), Sequences.fresh(x.shape().intExtent(0)), pass).value().copy();
            }
        });
    }

    @ParameterizedTest(name = "rotated: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("gradients of input and all four weights are those of finite differences, with and without turned queries and keys")
    void gradients(boolean rotated) {
        try (StepRunner<Plan> runner = runner(GROUPED, rotated ? DOUBLING : NONE)) {
            Tensor x = normal(5, 1, 2, 3, C);
            Tensor sum = normal(6, 1, 2, 3, C);                                          // loss = Σ sum · y
            Map<String, Variable> all = new HashMap<>(weights);
            all.put("x", Variable.parameter("x", x));
            Map<String, Tensor> gradients = runner.run((plan, step) -> {
                try (Pass pass = Pass.training(step, step.get(plan.tape()), allocator, "test", 0, 0)) {
                    Variable y = plan.attention().forward(all.get("x"), Sequences.fresh(x.shape().intExtent(0)), pass);
                    Tensor value = Tensor.zeros(1);
                    Variable loss = pass.tape().record("loss", value, (grad, into) -> {
                        for (int i = 0; i < sum.size(); i++) {
                            into.into(y).floats()[into.into(y).floatOffset() + i] += sum.floats()[i];
                        }
                    }, y);
                    Gradients found = pass.tape().backward(loss);
                    Map<String, Tensor> copies = new HashMap<>();
                    all.forEach((name, variable) -> copies.put(name, found.of(variable).copy()));
                    return copies;
                }
            });
            all.forEach((name, variable) -> {
                float[] w = variable.value().floats();
                for (int i = 0; i < w.length; i++) {
                    float kept = w[i];
                    w[i] = kept + 5e-3f;
                    double up = dot(forward(runner, x), sum);
                    double high = w[i];
                    w[i] = kept - 5e-3f;
                    double slope = (up - dot(forward(runner, x), sum)) / (high - w[i]);
                    w[i] = kept;
                    assertEquals(slope, gradients.get(name).floats()[i], 1e-2 * Math.max(1, Math.abs(slope)), name + " element " + i);
                }
            });
        }
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += (double) a.floats()[i] * b.floats()[i];
        }
        return sum;
    }

    @Test
    @DisplayName("token by token through a cache gives what one pass over the sequence gives")
    void cacheAgreesWithOnePass() {
        AttentionSpec spec = new AttentionSpec(C, 4, 2, 1);
        try (StepRunner<Plan> runner = runner(spec, NONE)) {
            Tensor x = normal(7, 1, 1, 6, C);
            Tensor whole = forward(runner, x);
            Tensor pieces = Tensor.zeros(1, 6, C);
            KvCache cache = runner.run((plan, step) -> step.get(plan.caches()).create(new CacheSpec(2, 2, 2, 6), allocator));
            try (cache) {
                int[] ends = {3, 4, 5, 6};                                               // a prompt of three, then one at a time
                for (int end : ends) {
                    int start = cache.length();
                    runner.run((plan, step) -> {
                        try (Pass pass = Pass.inference(step, allocator, "test")) {
                            Variable piece = Variable.constant("x", x.slice(1, start, end).copy());
                            return plan.attention().forward(piece, Sequences.continued(cache, end - start), pass).value().copy();
                        }
                    }, result -> null, (plan, step, result) -> {
                        cache.commit(end - start);
                        pieces.slice(1, start, end).copyFrom(result);
                    });
                }
            }
            assertArrayEquals(whole.floats(), pieces.floats(), 1e-5f);
        }
    }

    @Test
    @DisplayName("the rows of several sequences in one step give, to the bit, what each gives alone")
    void severalSequencesInOneStep() {
        try (StepRunner<Plan> runner = runner(GROUPED, DOUBLING)) {
            Tensor x = normal(9, 1, 1, 8, C);
            int[][] shares = {{0, 3}, {3, 4}, {4, 8}};
            try (KvCache first = cache(runner); KvCache second = cache(runner); KvCache third = cache(runner)) {
                List<KvCache> caches = List.of(first, second, third);
                caches.get(1).commit(2);                                                 // it has two positions, all 0
                List<Sequences.Part> parts = new ArrayList<>();
                Tensor alone = Tensor.zeros(1, 8, C);
                for (int i = 0; i < shares.length; i++) {
                    int from = shares[i][0];
                    int to = shares[i][1];
                    Sequences.Part part = new Sequences.Part(caches.get(i), to - from);
                    parts.add(part);
                    alone.slice(1, from, to).copyFrom(forward(runner, x.slice(1, from, to).copy(), new Sequences.Continued(List.of(part))));
                }
                assertArrayEquals(alone.floats(), forward(runner, x, new Sequences.Continued(parts)).floats());
            }
        }
    }

    private KvCache cache(StepRunner<Plan> runner) {
        return runner.run((plan, step) -> step.get(plan.caches()).create(new CacheSpec(1, GROUPED.numKvHeads(), GROUPED.headDim(), 6), allocator));
    }

    private Tensor forward(StepRunner<Plan> runner, Tensor x, Sequences sequences) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.attention().forward(Variable.constant("x", x), sequences, pass).value().copy();
            }
        });
    }

    @Test
    @DisplayName("a cache whose memory lies off the heap gives the rows that were written")
    void cacheOffTheHeap() {
        try (Assemblies.Held<TensorAllocator> arena = assemblies.hold(TensorAllocator.class, "arena");
                Assemblies.Held<KvCacheFactory> factory = assemblies.hold(KvCacheFactory.class, "contiguous");
                KvCache cache = factory.provider().create(new CacheSpec(1, 2, 3, 4), arena.provider())) {
            Tensor rows = normal(8, 1, 2, 4, 3);
            cache.write(0, rows.slice(1, 0, 3), rows.slice(1, 0, 3));
            cache.commit(3);
            cache.write(0, rows.slice(1, 3, 4), rows.slice(1, 3, 4));
            assertArrayEquals(rows.floats(), cache.keys(0, 1).floats());
            assertArrayEquals(rows.floats(), cache.values(0, 1).floats());
        }
    }

    @Test
    @DisplayName("a wrong width, a batch with a cache, and learning with a cache are refused")
    void refuses() {
        try (StepRunner<Plan> runner = runner(GROUPED, NONE)) {
            assertThrows(ShapeException.class, () -> unwrapped(() -> forward(runner, Tensor.zeros(1, 2, C + 1))));
            KvCache cache = runner.run((plan, step) -> step.get(plan.caches()).create(new CacheSpec(1, 2, 2, 6), allocator));
            try (cache) {
                assertThrows(ShapeException.class, () -> unwrapped(() -> withCache(runner, Tensor.zeros(2, 2, C), cache, false)));
                assertThrows(IllegalArgumentException.class, () -> unwrapped(() -> withCache(runner, Tensor.zeros(1, 2, C), cache, true)));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new AttentionSpec(8, 3, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new AttentionSpec(8, 4, 3, 0));
    }

    private void withCache(StepRunner<Plan> runner, Tensor x, KvCache cache, boolean learning) {
        runner.run((plan, step) -> {
            try (Pass pass = learning ? Pass.training(step, step.get(plan.tape()), allocator, "test", 0, 0) : Pass.inference(step, allocator, "test")) {
                return plan.attention().forward(Variable.constant("x", x), Sequences.continued(cache, x.shape().intExtent(1)), pass);
            }
        });
    }

    /** The step reports what went wrong as a problem; the cause is what the layer threw. */
    private static void unwrapped(Runnable work) throws Throwable {
        try {
            work.run();
        } catch (RuntimeException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
