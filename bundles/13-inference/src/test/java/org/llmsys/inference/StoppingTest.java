package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.Writing.Written;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.transformer.ModelConfig;

/** How a sequence ends: texts wherever the borders of tokens fall, tokens, and a context that is full, for every way to know a position. */
class StoppingTest {

    private static final int CONTEXT = 24;
    private static final int BYTES = 256;
    private static final int VOCAB = BYTES + 40;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final InferenceEngine engine = new AutoregressiveEngine(assemblies);

    /** Tokens of several characters: words with their blanks, parts of words. */
    private LoadedModel words() {
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "bpe")) {
            String text = "the cat sat on the mat and the dog sat on the cat, ".repeat(8);
            Tokenizer tokenizer = type.provider().train(text, new TrainingSettings(VOCAB, 1), Job.silent("test"));
            return new LoadedModel("words", TinyModels.model(tokenizer.vocabSize(), 64), tokenizer);
        }
    }

    /** Learned tokens preferred to single bytes. */
    private static GenerationOptions drawn(LoadedModel model, int maxTokens) {
        Map<String, Double> biases = IntStream.range(BYTES, model.tokenizer().vocabSize()).boxed()
                .collect(Collectors.toMap(Object::toString, id -> 6.0));
        return new GenerationOptions(maxTokens, "categorical", List.of(new FilterChoice("logit-bias", biases)), 11, List.of());
    }

    @Test
    @DisplayName("every piece of the text, as the first or second of two stop texts, ends it where it first occurs, and nothing of it is shown")
    void stopTexts() {
        LoadedModel model = words();
        int[] prompt = model.requireTokenizer().encode("the cat");
        Written whole = Writing.all(engine, model, prompt, drawn(model, 20));
        assertTrue(whole.tokens().stream().anyMatch(token -> token.text().length() > 2), "tokens of several characters: " + whole.tokens());
        String text = whole.text();
        for (int from = 0; from < text.length(); from += 3) {
            for (int length = 1; from + length <= Math.min(text.length(), from + 9); length += 2) {
                String stop = text.substring(from, from + length);
                List<String> stops = from % 2 == 0 ? List.of(stop, "never here") : List.of(text.substring(text.length() - 2), stop);
                int end = stops.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElseThrow();
                Written written = Writing.all(engine, model, prompt, drawn(model, 20).stoppingAt(stops));
                assertEquals(text.substring(0, end), written.text(), () -> "stops " + stops + " in " + text);
                assertEquals("stop", written.stopReason());
            }
        }
    }

    @Test
    @DisplayName("a stop token is not written, and the reason is stop; text that was held back for a stop text comes without an id")
    void stopTokens() {
        LoadedModel model = words();
        int[] prompt = model.requireTokenizer().encode("the cat");
        Written whole = Writing.all(engine, model, prompt, drawn(model, 20));
        int stop = whole.ids().get(7);
        int first = whole.ids().indexOf(stop);
        Written written = Writing.all(engine, model, prompt, drawn(model, 20).stoppingAtTokens(List.of(stop, unwritten(whole))));
        assertEquals(whole.ids().subList(0, first), written.ids());
        assertEquals("stop", written.stopReason());
        String before = String.join("", whole.tokens().subList(0, first).stream().map(GenerationSession.GeneratedToken::text).toList());
        assertEquals(before, written.text());
        String held = before.substring(before.length() - 2) + "#";
        Written holding = Writing.all(engine, model, prompt, drawn(model, 20).stoppingAtTokens(List.of(stop)).stoppingAt(List.of(held)));
        assertEquals(before, holding.text());
        assertEquals(written.ids(), holding.ids());
        assertEquals(GenerationSession.GeneratedToken.TEXT_ONLY, holding.tokens().getLast().id());
        GenerationOptions beyond = drawn(model, 2).stoppingAtTokens(List.of(model.model().config().vocabSize()));
        assertThrows(Problem.class, () -> Writing.all(engine, model, prompt, beyond));
        assertThrows(Problem.class, () -> drawn(model, 2).stoppingAtTokens(List.of(-1)));
    }

    private static int unwritten(Written whole) {
        int id = 0;
        while (whole.ids().contains(id)) {
            id++;
        }
        return id;
    }

    private static ModelConfig config(String position) {
        return position.equals("rope") ? TinyModels.llama(28, CONTEXT, 16, 2, 4, 32) : TinyModels.gpt2(28, CONTEXT, 16, 2, 4, 32, position);
    }

    @ParameterizedTest
    @ValueSource(strings = {"learned", "rope", "sinusoidal", "alibi"})
    @DisplayName("a full context: stop ends it one beyond; slide reads its last half again from 0 and goes on, whatever tells positions apart")
    void fullContext(String position) {
        LoadedModel model = new LoadedModel(position, TinyModels.model(config(position)), null);
        int[] prompt = Writing.prompt(5, 28);
        Written stopped = Writing.all(engine, model, prompt, GenerationOptions.greedy(100));
        assertEquals("context", stopped.stopReason());
        assertEquals(CONTEXT + 1 - 5, stopped.ids().size());

        Written slid = Writing.all(engine, model, prompt, GenerationOptions.greedy(70).sliding());
        assertEquals("length", slid.stopReason());
        assertEquals(stopped.ids(), slid.ids().subList(0, stopped.ids().size()));
        List<Integer> all = new ArrayList<>(Stream.concat(Arrays.stream(prompt).boxed(), slid.ids().stream()).toList());
        int begins = 0;
        for (int n = 5; n < all.size(); n++) {
            if (n - begins > CONTEXT) {
                begins = n - CONTEXT / 2;                                          // the half that stays
            }
            float[][] logits = Writing.logits(assemblies, model, all.subList(begins, n).stream().mapToInt(Integer::intValue).toArray());
            float[] last = logits[logits.length - 1];
            assertEquals(largest(last), last[all.get(n)], 1e-3, position + ": token " + n);
        }
    }

    private static float largest(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        return largest;
    }
}
