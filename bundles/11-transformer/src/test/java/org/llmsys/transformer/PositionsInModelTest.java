package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.internal.ReferenceAttention;
import org.llmsys.attention.internal.StreamingAttention;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.LossLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** Models that know their positions by turning or by a bias learn, and write the same with a cache as without. */
class PositionsInModelTest {

    private static final int V = 7;
    private static final int CONTEXT = 13;
    private static final int[] IDS = {3, 1, 4, 1, 5, 2, 6, 5, 3, 5, 0, 2, 6};

    private final TensorAllocator allocator = TensorAllocator.heap();

    private record Plan(TransformerNetwork network, LossLayer loss, Need<TapeFactory> tape, Need<KvCacheFactory> caches) {
    }

    private static TransformerModel model(String position) {
        ModelConfig config = new ModelConfig("gpt2", V, CONTEXT, 12, 2, 3, 3, 24, 1e-5f, 10000, true, true, "pre-norm", "layernorm", position,
                "gelu-mlp", "gelu", 0);
        return new TransformerModel(config, ModelWeights.initialize(config, 1));
    }

    private static StepRunner<Plan> runner(TransformerModel model, Object kernel) {
        return ClassPathWorkbench.open(kernel, WorkerPool.SERIAL).assemblies().runner("test", needs -> new Plan(model.network(needs),
                new LossLayer("cross-entropy", needs), needs.add(TapeFactory.class, TapeFactory.ALGORITHM),
                needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM)), StepListener.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rope", "alibi"})
    @DisplayName("300 steps downhill on one sequence bring its loss to less than a half, without a table of positions")
    void learns(String position) {
        TransformerModel model = model(position);
        assertTrue(!model.weights().all().containsKey("wpe.weight"));
        int[] ids = Arrays.copyOf(IDS, IDS.length - 1);
        Tensor targets = Tensor.zeros(DType.I32, Shape.of(1, ids.length));
        for (int t = 0; t < ids.length; t++) {
            targets.set(IDS[t + 1], 0, t);
        }
        try (StepRunner<Plan> runner = runner(model, new ReferenceAttention())) {
            double first = learn(runner, model, ids, targets);
            double last = first;
            for (int step = 0; step < 300; step++) {
                last = learn(runner, model, ids, targets);
            }
            assertTrue(last < first / 2, "from " + first + " to " + last);
        }
    }

    /** One step of gradient descent. @return the loss before it */
    private double learn(StepRunner<Plan> runner, TransformerModel model, int[] ids, Tensor targets) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.training(step, step.get(plan.tape()), allocator, "test", 0, 0)) {
                Variable loss = plan.loss().forward(plan.network().forward(ids, 1, null, false, pass), targets, pass);
                Gradients gradients = pass.tape().backward(loss);
                for (Variable weight : model.weights().all().values()) {
                    float[] w = weight.value().floats();
                    float[] slope = gradients.of(weight).copy().floats();
                    for (int i = 0; i < w.length; i++) {
                        w[i] -= 0.3f * slope[i];
                    }
                }
                return loss.value().getDouble(0);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"rope, reference", "rope, streaming", "alibi, reference", "alibi, streaming"})
    @DisplayName("logits through a cache, a prompt of three and then token by token, are to the bit those of one pass; and positions matter")
    void cache(String position, String kernel) {
        TransformerModel model = model(position);
        Object attention = kernel.equals("reference") ? new ReferenceAttention() : new StreamingAttention(WorkerPool.SERIAL);
        try (StepRunner<Plan> runner = runner(model, attention);
                KvCache cache = runner.run((plan, step) -> step.get(plan.caches()).create(new CacheSpec(2, 3, 4, CONTEXT), allocator))) {
            Tensor whole = logits(runner, IDS, null);                                              // (1,T,V)
            for (int end = 3; end <= IDS.length; end++) {
                Tensor piece = logits(runner, Arrays.copyOfRange(IDS, cache.length(), end), cache);
                cache.commit(end - cache.length());
                int rows = piece.shape().intExtent(1);
                assertArrayEquals(whole.slice(1, end - rows, end).copy().floats(), piece.floats());
            }
            Tensor swapped = logits(runner, new int[] {1, 3, 4}, null);
            Tensor straight = logits(runner, new int[] {3, 1, 4}, null);
            assertEquals(3, swapped.shape().intExtent(1));
            assertTrue(!Arrays.equals(row(swapped), row(straight)), "the order of two earlier tokens makes no difference");
        }
    }

    private static float[] row(Tensor logits) {
        return logits.slice(1, 2, 3).copy().floats();
    }

    private Tensor logits(StepRunner<Plan> runner, int[] ids, KvCache cache) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.network().forward(ids, 1, cache, false, pass).value().copy();
            }
        });
    }
}
