package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.tensor.WorkerPool;

/** A session tells what the model said, whatever its filters and its sampler made of it. */
class SessionLogitsTest {

    private static final int VOCAB = 53;
    private static final int CONTEXT = 20;
    private static final int[] PROMPT = {3, 1, 4, 1, 5};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = new LoadedModel("m", TinyModels.model(TinyModels.llama(VOCAB, CONTEXT, 16, 2, 4, 24)), null);

    private InferenceEngine engine(String name) {
        return name.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "batched"})
    @DisplayName("at every token, drawn after two filters, they are the last row of one pass over all ids before it, to the bit; none before and behind")
    void whatTheModelSaid(String name) {
        GenerationOptions options = new GenerationOptions(9, "categorical", List.of(new FilterChoice("top-k", Map.of("k", 7.0)),
                new FilterChoice("temperature", Map.of("temperature", 1.7))), 11, List.of());
        try (GenerationSession session = engine(name).open(model, PROMPT, options, StepListener.NONE)) {
            assertNull(session.logits());
            int[] ids = PROMPT;
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                assertArrayEquals(Writing.logits(assemblies, model, ids)[ids.length - 1], session.logits());
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = token.id();
            }
            assertEquals(PROMPT.length + 9, ids.length);
            assertNull(session.logits());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "batched"})
    @DisplayName("they are the caller's own, and there too when the token picked ends the sequence and is not written; with 0 tokens there are none")
    void edges(String name) {
        int first = Writing.all(engine(name), model, PROMPT, GenerationOptions.greedy(1)).ids().getFirst();
        try (GenerationSession session = engine(name).open(model, PROMPT, GenerationOptions.greedy(5).stoppingAtTokens(List.of(first)), StepListener.NONE)) {
            assertNull(session.next());
            assertEquals("stop", session.stopReason());
            Arrays.fill(session.logits(), 0);
            assertArrayEquals(Writing.logits(assemblies, model, PROMPT)[PROMPT.length - 1], session.logits());
        }
        try (GenerationSession session = engine(name).open(model, PROMPT, GenerationOptions.greedy(0), StepListener.NONE)) {
            assertNull(session.next());
            assertNull(session.logits());
        }
    }

    @Test
    @DisplayName("behind a prefix, and when the context slides, they are those of what the model still sees")
    void window() {
        InferenceEngine engine = engine("single");
        try (PromptPrefix prefix = engine.prefix(model, PROMPT, CONTEXT, StepListener.NONE);
                GenerationSession session = prefix.open(PROMPT, GenerationOptions.greedy(18).sliding(), StepListener.NONE)) {
            assertNotNull(session.next());
            assertArrayEquals(Writing.logits(assemblies, model, PROMPT)[PROMPT.length - 1], session.logits());
            int[] ids = PROMPT;
            try (GenerationSession all = engine.open(model, PROMPT, GenerationOptions.greedy(18).sliding(), StepListener.NONE)) {
                GeneratedToken token = all.next();
                assertArrayEquals(session.logits(), all.logits());
                while (token != null) {
                    ids = Arrays.copyOf(ids, ids.length + 1);
                    ids[ids.length - 1] = token.id();
                    token = all.next();
                    if (ids.length == CONTEXT + 1) {
                        int[] half = Arrays.copyOfRange(ids, ids.length - CONTEXT / 2, ids.length);
                        assertArrayEquals(Writing.logits(assemblies, model, half)[half.length - 1], all.logits());
                    }
                }
            }
            assertEquals(PROMPT.length + 18, ids.length);
        }
    }
}
