package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.insight.AblationTarget.Head;
import org.llmsys.inference.insight.AblationTarget.Layer;
import org.llmsys.inference.insight.AblationTarget.Mlp;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** Parts taken away by hooks, against models whose weights lack them. */
class AblationStudyTest {

    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    private AblationStudy study(LoadedModel model) {
        return new AblationStudy(assemblies, model, IDS, -1, StepListener.NONE);
    }

    /** The same model with some rows of some weights at zero. */
    private static LoadedModel without(LoadedModel model, Map<String, int[]> rows) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        model.model().weights().all().forEach((name, weight) -> weights.put(name, weight.value().copy()));
        rows.forEach((name, range) -> {
            Tensor part = weights.get(name).slice(0, range[0], range[1]);
            part.copyFrom(Tensor.zeros(part.shape().extents()));
        });
        return new LoadedModel("less", new TransformerModel(model.model().config(), new ModelWeights(weights)), model.tokenizer());
    }

    private void assertSame(LoadedModel less, LoadedModel model, AblationTarget... targets) {
        try (AblationStudy whole = study(model); AblationStudy other = new AblationStudy(assemblies, less, IDS, whole.asked(), StepListener.NONE)) {
            AblationEffect effect = whole.without(List.of(targets), AblationValue.ZERO);
            assertEquals(other.whole().loss(), effect.loss(), 1e-5);
            assertEquals(other.whole().probability(), effect.probability(), 1e-5);
            assertEquals(other.whole().topId(), effect.topId());
            assertTrue(Math.abs(effect.loss() - whole.whole().loss()) > 1e-3, "the part did something");
            assertTrue(effect.divergence() > 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 2", "2, 1"})
    @DisplayName("a head at zero is a model whose rows of c_proj for that head are zero (HS = 5)")
    void head(int layer, int head) {
        LoadedModel model = InsightModels.gpt2(assemblies);
        assertSame(without(model, Map.of("h." + layer + ".attn.c_proj.weight", new int[] {5 * head, 5 * head + 5})), model, new Head(layer, head));
    }

    @Test
    @DisplayName("feed-forward networks and layers at zero are models whose last projections are zero; several parts go at once")
    void mlpAndLayer() {
        LoadedModel llama = InsightModels.llama(assemblies);
        assertSame(without(llama, Map.of("h.1.mlp.down_proj.weight", new int[] {0, 19})), llama, new Mlp(1));
        assertSame(without(llama, Map.of("h.0.mlp.down_proj.weight", new int[] {0, 19}, "h.0.attn.c_proj.weight", new int[] {0, 12})), llama,
                new Layer(0));
        assertSame(without(llama, Map.of("h.0.mlp.down_proj.weight", new int[] {0, 19}, "h.1.attn.c_proj.weight", new int[] {4, 8})), llama,
                new Mlp(0), new Head(1, 1));
    }

    @Test
    @DisplayName("the mean of a place is put at every position of it, and only of the head that is meant")
    void mean() {
        Tensor z = Tensor.of(Shape.of(1, 2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);                  // (B,T,NH,HS)
        AblationValue.MEAN.fill(z.select(2, 1));
        assertEquals(List.of(1f, 2f, 5f, 6f, 5f, 6f, 5f, 6f), IntStream.range(0, 8).mapToObj(i -> z.floats()[i]).toList());
        LoadedModel model = InsightModels.gpt2(assemblies);
        try (AblationStudy study = new AblationStudy(assemblies, model, new int[] {3}, -1, StepListener.NONE)) {
            AblationEffect effect = study.without(List.of(new Layer(1)), AblationValue.MEAN);     // one position is its own mean
            assertEquals(study.whole().probability(), effect.probability(), 1e-6);
            assertTrue(Double.isNaN(effect.loss()));
        }
        try (AblationStudy study = study(model)) {
            assertTrue(study.without(List.of(new Head(0, 1)), AblationValue.MEAN).divergence() > 1e-6);
        }
    }

    @Test
    @DisplayName("the whole model has no divergence, its likeliest token is the one that is watched, and one can ask for another")
    void whole() {
        LoadedModel model = InsightModels.gpt2(assemblies);
        try (AblationStudy study = study(model); AblationStudy asking = new AblationStudy(assemblies, model, IDS, 7, StepListener.NONE)) {
            assertEquals(0, study.whole().divergence());
            assertEquals(1, study.whole().rank());
            assertEquals(study.asked(), study.whole().topId());
            assertEquals(3 * (3 + 2), study.parts().size());
            List<ProbabilityOfToken> tokens = new ProbabilitiesOfText(assemblies, StepListener.NONE).of(model, IDS);
            assertEquals(ProbabilitiesOfText.loss(tokens), study.whole().loss(), 1e-5);
            assertEquals(7, asking.asked());
            assertTrue(asking.whole().probability() < study.whole().probability());
        }
    }

    @Test
    @DisplayName("a layer, head or token that the model does not have is refused by its name")
    void refuses() {
        LoadedModel model = InsightModels.gpt2(assemblies);
        try (AblationStudy study = study(model)) {
            for (AblationTarget wrong : List.of(new Head(0, 3), new Head(3, 0), new Mlp(-1), new Layer(3))) {
                Problem problem = assertThrows(Problem.class, () -> study.without(List.of(wrong), AblationValue.ZERO));
                assertTrue(problem.text().contains(wrong.toString()), problem.text());
            }
        }
        assertThrows(Problem.class, () -> new AblationStudy(assemblies, model, IDS, 29, StepListener.NONE));
    }
}
