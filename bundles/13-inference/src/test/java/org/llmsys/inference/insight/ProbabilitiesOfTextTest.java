package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** How likely a model finds each token of a text. */
class ProbabilitiesOfTextTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final ProbabilitiesOfText probabilities = new ProbabilitiesOfText(assemblies, StepListener.NONE);
    private final LoadedModel model = InsightModels.gpt2(assemblies);

    @Test
    @DisplayName("probability, rank and the likeliest other token are those that the traced logits give")
    void values() {
        int[] ids = {3, 1, 4, 1, 5, 9, 2, 6};
        Tensor logits = new TraceRecorder(assemblies, StepListener.NONE).record(model, ids, TracePattern.of("logits")).places().get("logits")
                .select(0, 0);
        List<ProbabilityOfToken> tokens = probabilities.of(model, ids);
        assertFalse(tokens.getFirst().foreseen());
        for (int t = 1; t < ids.length; t++) {
            ProbabilityOfToken token = tokens.get(t);
            double sum = 0;
            int before = 0;
            int other = -1;
            for (int v = 0; v < 29; v++) {
                double logit = logits.get(t - 1, v);
                sum += Math.exp(logit);
                before += logit > logits.get(t - 1, ids[t]) ? 1 : 0;
                other = v != ids[t] && (other < 0 || logit > logits.get(t - 1, other)) ? v : other;
            }
            assertEquals(Math.exp(logits.get(t - 1, ids[t])) / sum, token.probability(), 1e-5);
            assertEquals(before + 1, token.rank());
            assertEquals(other, token.otherId());
            assertEquals(Math.exp(logits.get(t - 1, other)) / sum, token.otherProbability(), 1e-5);
            assertEquals(model.tokenizer().token(ids[t]), token.token());
        }
    }

    @Test
    @DisplayName("a text longer than the context, 23, is read in windows; the first token of each has nothing before it")
    void windows() {
        int[] ids = new int[50];
        Arrays.setAll(ids, t -> t * 7 % 29);
        List<ProbabilityOfToken> tokens = probabilities.of(model, ids);
        assertEquals(50, tokens.size());
        for (int t = 0; t < 50; t++) {
            assertEquals(t, tokens.get(t).position());
            assertEquals(ids[t], tokens.get(t).id());
            assertEquals(t % 23 != 0, tokens.get(t).foreseen());
        }
        List<ProbabilityOfToken> second = probabilities.of(model, Arrays.copyOfRange(ids, 23, 46));
        assertEquals(second.get(22).logProbability(), tokens.get(45).logProbability());
    }

    @Test
    @DisplayName("a text of one token has no loss, one of none is refused")
    void shortTexts() {
        assertTrue(Double.isNaN(ProbabilitiesOfText.loss(probabilities.of(model, new int[] {3}))));
        assertThrows(Problem.class, () -> probabilities.of(model, new int[0]));
    }

    @Test
    @DisplayName("the loss of a given text is 1.484541 nats a token, as those say who published the model")
    void knownLoss() throws Exception {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED names the folder of shared data");
        LoadedModel stories = new ModelFolderStore(assemblies).load(Path.of(shared, "data/models/stories260K/stories260K.bin"));
        int[] ids = Arrays.stream(Files.readString(Path.of(shared, "oracles/stories260K/nll_prompt_ids.txt")).strip().split("\\s+"))
                .mapToInt(Integer::parseInt).toArray();
        assertEquals(1.484541, ProbabilitiesOfText.loss(probabilities.of(stories, ids)), 1e-4);
    }
}
