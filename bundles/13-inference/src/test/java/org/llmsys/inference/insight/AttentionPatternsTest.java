package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

class AttentionPatternsTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    private AttentionPatterns read(TransformerModel model, int[] ids, List<Integer> layers, List<Integer> heads) {
        return new AttentionPatterns.Reader(assemblies).read(model, ids, layers, heads, StepListener.NONE);
    }

    @Test
    @DisplayName("patterns are those of transformers, by layer and head")
    void values() {
        AttentionPatterns patterns = read(SaliencyModel.sines(), SaliencyModel.IDS, List.of(), List.of());
        assertEquals(List.of("0.0", "0.1", "1.0", "1.1"), patterns.heads().stream().map(head -> head.layer() + "." + head.head()).toList());
        assertArrayEquals(new double[] {0.155353, 0.013302, 0.004458, 0.004591, 0.822296}, patterns.heads().get(0).weights()[4], 2e-6);
        assertArrayEquals(new double[] {0.386251, 0.475849, 0.1379, 0, 0}, patterns.heads().get(1).weights()[2], 2e-6);
        assertArrayEquals(new double[] {0.304014, 0.695986, 0, 0, 0}, patterns.heads().get(2).weights()[1], 2e-6);
        assertArrayEquals(new double[] {0.069705, 0.470289, 0.078516, 0.137617, 0.243873}, patterns.heads().get(3).weights()[4], 2e-6);
    }

    @Test
    @DisplayName("roll-out is the product over layers that Abnar and Zuidema write down, as torch gives it")
    void rollout() {
        List<double[]> rollout = Rollout.of(read(SaliencyModel.sines(), SaliencyModel.IDS, List.of(), List.of()));
        assertArrayEquals(new double[] {1, 0, 0, 0, 0}, rollout.get(0), 1e-6);
        assertArrayEquals(new double[] {0.260663, 0.319799, 0.419539, 0, 0}, rollout.get(2), 2e-6);
        assertArrayEquals(new double[] {0.201179, 0.157516, 0.102189, 0.134764, 0.404351}, rollout.get(4), 2e-6);
    }

    @Test
    @DisplayName("a choice of layers and heads gives those of the whole, in their order")
    void choice() {
        TransformerModel model = SaliencyModel.sines();
        AttentionPatterns whole = read(model, SaliencyModel.IDS, List.of(), List.of());
        AttentionPatterns some = read(model, SaliencyModel.IDS, List.of(1), List.of(1, 0));
        assertEquals(2, some.heads().size());
        assertArrayEquals(whole.heads().get(2).weights()[3], some.heads().get(0).weights()[3]);
        assertArrayEquals(whole.heads().get(3).weights()[3], some.heads().get(1).weights()[3]);
    }

    @Test
    @DisplayName("a longer text has the pattern of its beginning as its first rows: looking at the end shows how it was written")
    void grows() {
        TransformerModel model = SaliencyModel.sines();
        AttentionPatterns part = read(model, new int[] {3, 1, 4}, List.of(), List.of());
        AttentionPatterns whole = read(model, SaliencyModel.IDS, List.of(), List.of());
        for (int h = 0; h < 4; h++) {
            for (int query = 0; query < 3; query++) {
                for (int key = 0; key < 3; key++) {
                    assertEquals(part.heads().get(h).weights()[query][key], whole.heads().get(h).weights()[query][key], 1e-6);
                }
            }
        }
    }

    @Test
    @DisplayName("the habits of a head: entropy in bits, weight on the token before, on the first, on itself, and the key looked at most")
    void habits() {
        AttentionHead head = new AttentionHead(0, 0, new double[][] {{1, 0, 0}, {0.5, 0.5, 0}, {0.25, 0.5, 0.25}});
        assertEquals((0 + 1 + 1.5) / 3, head.entropy(), 1e-12);
        assertEquals(0.5, head.onPrevious(), 1e-12);
        assertEquals(0.375, head.onFirst(), 1e-12);
        assertEquals(0.375, head.onItself(), 1e-12);
        assertEquals(0, head.strongest(1));
        assertEquals(1, head.strongest(2));
        AttentionHead alone = new AttentionHead(0, 0, new double[][] {{1}});
        assertEquals(0, alone.onPrevious() + alone.onFirst() + alone.onItself() + alone.entropy());
    }

    @Test
    @DisplayName("no ids, a layer or head that is not there, and more patterns than are kept are problems that say what there is")
    void refuses() {
        TransformerModel model = SaliencyModel.sines();
        assertTrue(assertThrows(Problem.class, () -> read(model, new int[0], List.of(), List.of())).text().contains("empty"));
        assertTrue(assertThrows(Problem.class, () -> read(model, SaliencyModel.IDS, List.of(2), List.of())).text().contains("its layers are 0 to 1"));
        assertTrue(assertThrows(Problem.class, () -> read(model, SaliencyModel.IDS, List.of(), List.of(0, -1))).text().contains("no head -1"));
        ModelConfig config = new ModelConfig("gpt2", 3, 8000, 4, 1, 1, 1, 4, 1e-5f, 10000, true, true, "pre-norm", "layernorm", "learned",
                "gelu-mlp", "gelu", 0);
        TransformerModel longer = new TransformerModel(config, ModelWeights.initialize(config, 1));
        assertTrue(assertThrows(Problem.class, () -> read(longer, new int[6000], List.of(), List.of())).text().contains("36000000 weights"));
        assertThrows(Problem.class, () -> Rollout.of(new AttentionPatterns(List.of(), "none")));
    }
}
