package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.insight.LogitLens.Foreseen;
import org.llmsys.inference.insight.LogitLens.Reading;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

class LogitLensTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    private List<Reading> read(TransformerModel model, int top, int... ids) {
        return new LogitLens(assemblies).read(model, ids, top, StepListener.NONE);
    }

    @Test
    @DisplayName("embedding, block 0 and block 1 foresee what transformers' streams give behind the final norm: ids, probabilities, entropy")
    void values() {
        List<Reading> readings = read(SaliencyModel.sines(), 2, SaliencyModel.IDS);
        assertEquals(List.of("blocks.0.hook_resid_pre", "blocks.0.hook_resid_post", "blocks.1.hook_resid_post"),
                readings.stream().map(Reading::place).toList());
        assertForeseen(readings.get(0).positions().get(0), 3, 0.706971, 6, 0.184101, 1.452539);
        assertForeseen(readings.get(0).positions().get(4), 5, 0.510079, 2, 0.272588, 1.898799);
        assertForeseen(readings.get(1).positions().get(1), 9, 0.8978, 0, 0.057224, 0.646073);
        assertForeseen(readings.get(1).positions().get(3), 8, 0.304969, 9, 0.189334, 2.460937);
        assertForeseen(readings.get(2).positions().get(2), 10, 0.424792, 0, 0.198501, 2.498433);
        assertForeseen(readings.get(2).positions().get(4), 9, 0.890244, 5, 0.041631, 0.76212);
    }

    private static void assertForeseen(Foreseen foreseen, int first, double probability, int second, double less, double entropy) {
        assertEquals(2, foreseen.top().size());
        assertEquals(first, foreseen.top().get(0).id());
        assertEquals(probability, foreseen.top().get(0).probability(), 5e-6);
        assertEquals(second, foreseen.top().get(1).id());
        assertEquals(less, foreseen.top().get(1).probability(), 5e-6);
        assertEquals(entropy, foreseen.entropy(), 2e-5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "parallel"})
    @DisplayName("the last layer says what the model says at each of 35 positions, whatever its blocks, with a table of its own too")
    void lastLayer(String block) {
        ModelConfig config = new ModelConfig("llama", 19, 40, 16, 3, 4, 2, 20, 1e-5f, 10000, false, false, block, "rmsnorm", "rope", "swiglu",
                "gelu", 0);
        ModelWeights weights = ModelWeights.initialize(config, 8);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            for (int i = 0; i < w.value().size(); i++) {
                w.value().floats()[i] *= 20;
            }
        });
        TransformerModel model = new TransformerModel(config, weights);
        int[] ids = new int[35];
        for (int t = 0; t < ids.length; t++) {
            ids[t] = t * t % 19;
        }
        List<Reading> readings = read(model, 19, ids);
        assertEquals(4, readings.size());
        float[] logits = logits(model, ids);
        for (int t = 0; t < ids.length; t++) {
            double sum = 0;
            for (int v = 0; v < 19; v++) {
                sum += Math.exp(logits[t * 19 + v]);
            }
            for (LogitLens.Guess guess : readings.getLast().positions().get(t).top()) {
                assertEquals(Math.exp(logits[t * 19 + guess.id()]) / sum, guess.probability(), 1e-12, "position " + t);
            }
        }
    }

    private float[] logits(TransformerModel model, int[] ids) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(ids, 1, null, false, pass).value().copy().floats();
                }
            });
        }
    }

    @Test
    @DisplayName("of equal logits the smaller ids come first, a certainty has entropy 0, four equal chances have 2 bits")
    void order() {
        Foreseen equal = LogitLens.foreseen(new float[] {1, 1, 1, 1}, 3);
        assertEquals(List.of(0, 1, 2), equal.top().stream().map(LogitLens.Guess::id).toList());
        assertEquals(2, equal.entropy(), 1e-12);
        Foreseen sure = LogitLens.foreseen(new float[] {Float.NEGATIVE_INFINITY, 3, Float.NEGATIVE_INFINITY}, 9);
        assertEquals(List.of(1, 0, 2), sure.top().stream().map(LogitLens.Guess::id).toList());
        assertEquals(1, sure.top().getFirst().probability());
        assertEquals(0, sure.entropy());
        Foreseen rising = LogitLens.foreseen(new float[] {1, 5, 2, 4, 3, 9, 0}, 4);
        assertEquals(List.of(5, 1, 3, 4), rising.top().stream().map(LogitLens.Guess::id).toList());
    }

    @Test
    @DisplayName("no ids, no guesses, ids outside the vocabulary and too many ids are problems")
    void refuses() {
        TransformerModel model = SaliencyModel.sines();
        assertTrue(assertThrows(Problem.class, () -> read(model, 3)).text().contains("the prompt has no tokens"));
        assertTrue(assertThrows(Problem.class, () -> read(model, 0, 1)).text().contains("0 guesses"));
        assertTrue(assertThrows(Problem.class, () -> read(model, 1, 11)).text().contains("token id 11"));
        assertTrue(assertThrows(Problem.class, () -> read(model, 1, new int[10])).text().contains("10 tokens is too long"));
    }
}
