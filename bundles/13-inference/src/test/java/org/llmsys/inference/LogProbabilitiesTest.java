package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.LogProbabilities.Alternative;
import org.llmsys.inference.LogProbabilities.Request;
import org.llmsys.inference.Writing.Written;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** What a session says of its tokens' probabilities, against a log-softmax written here over one pass without a cache. */
class LogProbabilitiesTest {

    private static final int VOCAB = 37;
    private static final int CONTEXT = 200;

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = new LoadedModel("m", TinyModels.model(VOCAB, CONTEXT), null);

    private InferenceEngine engine(String name) {
        return name.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
    }

    /** ln softmax in the most direct way. */
    private static double[] logSoftmax(float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        double[] p = new double[logits.length];
        for (int v = 0; v < p.length; v++) {
            p[v] = logits[v] - Math.log(sum);
        }
        return p;
    }

    private static void assertMeasured(double[] expected, int id, int alternatives, LogProbabilities found, String place) {
        assertEquals(id, found.id(), place);
        assertEquals(expected[id], found.logProbability(), 1e-4, place);
        Integer[] order = new Integer[expected.length];
        Arrays.setAll(order, v -> v);
        Arrays.sort(order, (a, b) -> Double.compare(expected[b], expected[a]));
        assertEquals(alternatives, found.top().size(), place);
        for (int i = 0; i < alternatives; i++) {
            assertEquals(expected[order[i]], found.top().get(i).logProbability(), 1e-4, place + " alternative " + i);
            assertEquals(expected[found.top().get(i).id()], found.top().get(i).logProbability(), 1e-4, place + " alternative " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"single, 1", "single, 2", "single, 63", "single, 64", "single, 65", "single, 66", "single, 150",
            "batched, 1", "batched, 65", "batched, 150"})
    @DisplayName("prompt and continuation, over the borders of chunks, as one pass over all ids says; writing is not changed by measuring")
    void asOnePass(String engine, int length) {
        int[] prompt = Writing.prompt(length, VOCAB);
        GenerationOptions plain = new GenerationOptions(9, "categorical", List.of(new FilterChoice("top-k", Map.of("k", 5.0))), 3, List.of());
        Written written = Writing.all(engine(engine), model, prompt, plain.measuring(Request.of(4).withPrompt().withFiltered()));
        assertEquals(Writing.all(engine(engine), model, prompt, plain).ids(), written.ids());

        int[] all = Stream.concat(Arrays.stream(prompt).boxed(), written.ids().stream()).mapToInt(Integer::intValue).toArray();
        float[][] logits = Writing.logits(assemblies, model, all);
        assertEquals(length, written.prompt().size());
        assertTrue(Double.isNaN(written.prompt().getFirst().logProbability()) && written.prompt().getFirst().top().isEmpty());
        for (int t = 1; t < length; t++) {
            assertMeasured(logSoftmax(logits[t - 1]), prompt[t], 4, written.prompt().get(t), "prompt " + t);
        }
        for (int n = 0; n < 9; n++) {
            assertMeasured(logSoftmax(logits[length + n - 1]), all[length + n], 4, written.tokens().get(n).model(), "token " + n);
            LogProbabilities filtered = written.tokens().get(n).filtered();
            double sum = 0;
            for (Alternative left : filtered.top()) {
                sum += Math.exp(left.logProbability());
            }
            assertTrue(sum > 0.5 && sum < 1, "four of the five that top-k left: " + sum);
            assertTrue(filtered.logProbability() > written.tokens().get(n).model().logProbability(), "what is left shares all of the probability");
        }
    }

    @Test
    @DisplayName("a filter that leaves one token: after it that token is certain, and no other is named; before it nothing has changed")
    void certain() {
        GenerationOptions one = new GenerationOptions(3, "categorical", List.of(new FilterChoice("top-k", Map.of("k", 1.0))), 5, List.of());
        Written written = Writing.all(engine("single"), model, new int[] {1, 2}, one.measuring(Request.of(3).withFiltered()));
        written.tokens().forEach(token -> {
            assertEquals(List.of(new Alternative(token.id(), 0)), token.filtered().top());
            assertEquals(3, token.model().top().size());
            assertEquals(token.id(), token.model().top().getFirst().id());
        });
        assertEquals(List.of(), written.prompt());
    }

    @ParameterizedTest
    @CsvSource({"single", "batched"})
    @DisplayName("with no token to write the prompt is measured all the same, also one that fills the context")
    void promptAlone(String engine) {
        for (int length : new int[] {1, 2, 64, 65, 129, CONTEXT}) {
            int[] prompt = Writing.prompt(length, VOCAB);
            Written written = Writing.all(engine(engine), model, prompt, GenerationOptions.greedy(0).measuring(Request.of(1).withPrompt()));
            float[][] logits = Writing.logits(assemblies, model, prompt);
            assertEquals(List.of(), written.tokens());
            assertEquals("length", written.stopReason());
            assertEquals(length, written.prompt().size());
            for (int t = 1; t < length; t++) {
                assertMeasured(logSoftmax(logits[t - 1]), prompt[t], 1, written.prompt().get(t), length + ": prompt " + t);
            }
        }
        assertEquals(0, Writing.live(allocator));
    }

    @Test
    @DisplayName("of a prompt that slides nothing is known but of the half that is read; a later slide measures nothing again")
    void sliding() {
        LoadedModel small = new LoadedModel("s", TinyModels.model(VOCAB, 20), null);
        int[] prompt = Writing.prompt(33, VOCAB);
        Written written = Writing.all(engine("single"), small, prompt, GenerationOptions.greedy(40).sliding().measuring(Request.of(0).withPrompt()));
        assertEquals(33, written.prompt().size());
        for (int t = 0; t < 33; t++) {
            assertEquals(t < 24, Double.isNaN(written.prompt().get(t).logProbability()), "place " + t);
            assertEquals(prompt[t], written.prompt().get(t).id());
        }
        float[][] logits = Writing.logits(assemblies, small, Arrays.copyOfRange(prompt, 23, 33));
        assertMeasured(logSoftmax(logits[8]), prompt[32], 0, written.prompt().get(32), "the last");
        assertEquals(40, written.tokens().size());
    }

    @Test
    @DisplayName("measuring needs the logits of 64 rows, never of the whole prompt")
    void boundedLogits() {
        int vocab = 5003;
        LoadedModel wide = new LoadedModel("w", TinyModels.model(TinyModels.gpt2(vocab, 400, 8, 1, 2, 8)), null);
        Writing.all(engine("single"), wide, Writing.prompt(390, vocab), GenerationOptions.greedy(0).measuring(Request.of(0).withPrompt()));
        long peak = allocator.usage().stream().filter(usage -> usage.owner().equals("generate")).mapToLong(TensorAllocator.Usage::peakBytes).sum();
        assertTrue(peak > 64L * vocab * 4 && peak < 2.2 * 64 * vocab * 4, peak + " bytes");
    }

    @Test
    @DisplayName("nobody asked: nothing is measured; fewer than no alternatives is a Problem; more than there are ids names all")
    void edges() {
        Written plain = Writing.all(engine("single"), model, new int[] {1}, GenerationOptions.greedy(1));
        assertNull(plain.tokens().getFirst().model());
        assertNull(plain.tokens().getFirst().filtered());
        assertThrows(Problem.class, () -> GenerationOptions.greedy(1).measuring(Request.of(-1)));
        Written all = Writing.all(engine("single"), model, new int[] {1}, GenerationOptions.greedy(1).measuring(Request.of(1000)));
        assertEquals(VOCAB, all.tokens().getFirst().model().top().size());
        assertEquals(1, all.tokens().getFirst().model().top().stream().mapToDouble(a -> Math.exp(a.logProbability())).sum(), 1e-9);
    }
}
