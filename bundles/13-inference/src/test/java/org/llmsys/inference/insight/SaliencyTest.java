package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

class SaliencyTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    private Saliency.Scores of(TransformerModel model, OptionalInt target, int... ids) {
        return new Saliency(assemblies).of(model, ids, target, StepListener.NONE);
    }

    @Test
    @DisplayName("norms and products are those of torch.autograd: of the likeliest token when none is named, and of another")
    void torch() {
        Saliency.Scores likeliest = of(SaliencyModel.sines(), OptionalInt.empty(), SaliencyModel.IDS);
        assertEquals(9, likeliest.target());
        assertEquals(4.421768, likeliest.logit(), 2e-5);
        assertArrayEquals(new double[] {8.260949, 20.197745, 2.259337, 1.570005, 6.017531}, likeliest.gradient(), 2e-4);
        assertArrayEquals(new double[] {-2.235101, -9.931959, 1.755866, -0.741039, 3.515203}, likeliest.timesInput(), 2e-4);
        Saliency.Scores other = of(SaliencyModel.sines(), OptionalInt.of(7), SaliencyModel.IDS);
        assertEquals(0.154681, other.logit(), 2e-5);
        assertArrayEquals(new double[] {5.010226, 4.443908, 0.982942, 0.744338, 1.299064}, other.gradient(), 2e-4);
        assertArrayEquals(new double[] {-1.164244, -1.427518, 0.475531, -0.31329, 0.809532}, other.timesInput(), 2e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "parallel"})
    @DisplayName("the gradient times the input is how fast the logit changes when one token's vector is stretched, whatever the block")
    void finiteDifferences(String block) {
        ModelConfig config = new ModelConfig("llama", 13, 16, 16, 2, 4, 2, 20, 1e-5f, 10000, false, false, block, "rmsnorm", "rope", "swiglu",
                "gelu", 0.5f);
        ModelWeights weights = ModelWeights.initialize(config, 5);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            for (int i = 0; i < w.value().size(); i++) {
                w.value().floats()[i] *= 12;
            }
        });
        TransformerModel model = new TransformerModel(config, weights);
        int[] ids = {2, 7, 7, 0, 12, 5, 2};
        Saliency.Scores scores = of(model, OptionalInt.of(4), ids);
        double step = 1.0 / 128;
        for (int t = 0; t < ids.length; t++) {
            double slope = (logit(model, ids, t, 1 + step, 4) - logit(model, ids, t, 1 - step, 4)) / (2 * step);
            assertEquals(slope, scores.timesInput()[t], 0.02 * Math.max(0.1, Math.abs(slope)), block + " token " + t);
        }
    }

    /** The logit when the vector of token t is so many times as long; without dropout, as the pass does not learn. */
    private double logit(TransformerModel model, int[] ids, int t, double stretched, int target) {
        Hooks stretch = (place, x, pass) -> {
            if (place.equals("hook_embed")) {
                Tensor row = x.value().select(1, t);
                row.copyFrom(row.mul(Tensor.zeros(1).scalar(stretched)));
            }
            return x;
        };
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(stretch.on(step), TensorAllocator.heap(), "test")) {
                    return network.forward(ids, 1, null, true, pass).value().getDouble(0, 0, target);
                }
            });
        }
    }

    @Test
    @DisplayName("a look changes neither weights nor ids")
    void leavesNothing() {
        TransformerModel model = SaliencyModel.sines();
        Map<String, float[]> before = new LinkedHashMap<>();
        model.weights().all().forEach((name, weight) -> before.put(name, weight.value().floats().clone()));
        int[] ids = SaliencyModel.IDS.clone();
        of(model, OptionalInt.empty(), ids);
        assertArrayEquals(SaliencyModel.IDS, ids);
        before.forEach((name, numbers) -> assertArrayEquals(numbers, model.weights().all().get(name).value().floats(), name));
    }

    @Test
    @DisplayName("no ids, an id or a target outside the vocabulary, and too many ids are problems that name the number")
    void refuses() {
        TransformerModel model = SaliencyModel.sines();
        assertTrue(assertThrows(Problem.class, () -> of(model, OptionalInt.empty())).text().contains("the prompt is empty"));
        assertTrue(assertThrows(Problem.class, () -> of(model, OptionalInt.of(11), 1)).text().contains("no token 11"));
        assertTrue(assertThrows(Problem.class, () -> of(model, OptionalInt.of(-1), 1)).text().contains("no token -1"));
        assertTrue(assertThrows(Problem.class, () -> of(model, OptionalInt.empty(), 12)).text().contains("12"));
        assertTrue(assertThrows(Problem.class, () -> of(model, OptionalInt.empty(), new int[10])).text().contains("10 tokens is too long"));
    }
}
