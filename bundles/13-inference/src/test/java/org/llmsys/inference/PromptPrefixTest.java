package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LogProbabilities.Request;
import org.llmsys.inference.Writing.Written;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;

/** Sequences that share the beginning of their prompts write, to the bit, what each writes alone, and hold what they share once. */
class PromptPrefixTest {

    private static final int VOCAB = 53;
    private static final int CONTEXT = 360;
    private static final int PREFIX = 298;                                         // more than a chunk, and not a whole number of blocks

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL).assemblies();
    private final ModelConfig config = TinyModels.llama(VOCAB, CONTEXT, 16, 2, 4, 24);
    private final LoadedModel model = new LoadedModel("m", TinyModels.model(config), null);
    private final int[] beginning = Writing.prompt(PREFIX, VOCAB);

    private InferenceEngine engine(String name, String cache) {
        assemblies.use("cache", cache);
        return name.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
    }

    /** The beginning, and then ids of one's own: none for number 0. */
    private int[] prompt(int number) {
        int[] ids = Arrays.copyOf(beginning, PREFIX + number % 11);
        for (int i = PREFIX; i < ids.length; i++) {
            ids[i] = (number + i) % VOCAB;
        }
        return ids;
    }

    /** Every id and all V log-probabilities of every step: equal only when the logits are equal. */
    private static GenerationOptions options(int number) {
        return new GenerationOptions(7, number % 2 == 0 ? "greedy" : "categorical", List.of(), number, List.of()).measuring(Request.of(VOCAB));
    }

    @ParameterizedTest
    @CsvSource({"single, paged", "single, contiguous", "batched, paged", "batched, contiguous"})
    @DisplayName("twelve sequences at once, some of which outlive the prefix: ids and logits are those of each alone; all memory comes back")
    void sameAsAlone(String name, String cache) throws Exception {
        InferenceEngine engine = engine(name, cache);
        List<Written> expected = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            expected.add(Writing.all(engine, model, prompt(i), options(i)));
        }
        assertEquals(0, Writing.live(allocator));
        List<GenerationSession> sessions = new ArrayList<>();
        try (PromptPrefix prefix = engine.prefix(model, beginning, CONTEXT, StepListener.NONE)) {
            for (int i = 0; i < 12; i++) {
                sessions.add(prefix.open(prompt(i), options(i), StepListener.NONE));
            }
            sessions.getFirst().next();
            sessions.removeFirst().close();
        }
        List<Callable<Written>> work = new ArrayList<>();
        sessions.forEach(session -> work.add(() -> {
            try (session) {
                return Writing.all(session);
            }
        }));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Written> written = new ArrayList<>();
            for (Future<Written> future : threads.invokeAll(work)) {
                written.add(future.get());
            }
            assertEquals(expected.subList(1, 12), written);
        }
        assertEquals(0, Writing.live(allocator));
        assertEquals(0, Writing.pieces(allocator));
    }

    @Test
    @DisplayName("with the paged cache ten sequences hold the prefix's full blocks once, and a block or two each for their own tokens")
    void memoryOnce() {
        InferenceEngine engine = engine("single", "paged");
        long block = 2L * config.numLayers() * config.numKvHeads() * config.headDim() * 16 * 4;
        try (PromptPrefix prefix = engine.prefix(model, beginning, CONTEXT, StepListener.NONE)) {
            long before = cacheBytes();
            List<GenerationSession> sessions = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sessions.add(prefix.open(prompt(1), options(i), StepListener.NONE));
            }
            assertEquals(before, cacheBytes(), "a fork takes nothing");
            sessions.forEach(GenerationSession::next);
            long more = cacheBytes() - before;
            assertTrue(more <= 10 * 2 * block, more + " bytes more, a block has " + block);
            assertTrue(PREFIX / 16 * block > 5 * 2 * block, "which is much less than the prefix");
            sessions.forEach(GenerationSession::close);
            assertEquals(before, cacheBytes());
        }
        assertEquals(0, Writing.live(allocator));
    }

    @ParameterizedTest
    @CsvSource({"contiguous", "paged"})
    @DisplayName("a sequence with a prefix of long reach takes no more for its cache than a short sequence was counted for")
    void asCounted(String cache) {
        InferenceEngine engine = engine("single", cache);
        int[] few = Arrays.copyOf(beginning, 17);
        try (PromptPrefix prefix = engine.prefix(model, few, CONTEXT, StepListener.NONE)) {
            long before = cacheBytes();
            try (GenerationSession session = prefix.open(few, GenerationOptions.greedy(5), StepListener.NONE)) {
                session.next();
                long counted = engine.memoryOf(model, few.length, GenerationOptions.greedy(5)).cache();
                assertTrue(cacheBytes() - before <= counted, cacheBytes() - before + " bytes, counted " + counted);
            }
        }
    }

    private long cacheBytes() {
        return allocator.usage().stream().filter(usage -> usage.owner().equals("kv-cache")).mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    @Test
    @DisplayName("the prompt that is the prefix, sliding beyond it, and measuring it give what a session without prefix gives")
    void edges() {
        InferenceEngine engine = engine("single", "paged");
        GenerationOptions measured = GenerationOptions.greedy(3).measuring(Request.of(1).withPrompt());
        GenerationOptions sliding = GenerationOptions.greedy(70).sliding();
        try (PromptPrefix prefix = engine.prefix(model, beginning, CONTEXT, StepListener.NONE)) {
            for (GenerationOptions options : List.of(options(0), measured, sliding)) {
                Written expected = Writing.all(engine, model, beginning, options);
                try (GenerationSession session = prefix.open(beginning, options, StepListener.NONE)) {
                    assertEquals(expected.toString(), Writing.all(session).toString());
                }
            }
        }
        assertEquals(0, Writing.live(allocator));
    }

    @Test
    @DisplayName("another beginning, a reach that is too long, a closed prefix and a limit are Problems, and leave nothing behind")
    void problems() {
        InferenceEngine engine = engine("batched", "paged");
        assertThrows(Problem.class, () -> engine.prefix(model, beginning, PREFIX, StepListener.NONE));
        assertThrows(Problem.class, () -> engine.prefix(model, beginning, CONTEXT + 1, StepListener.NONE));
        assertThrows(Problem.class, () -> engine.prefix(model, new int[0], CONTEXT, StepListener.NONE));
        assertThrows(Problem.class, () -> engine.prefix(model, new int[] {VOCAB}, CONTEXT, StepListener.NONE));
        assertThrows(Problem.class, () -> engine.within(EngineLimits.ofBytes(1000)).prefix(model, beginning, CONTEXT, StepListener.NONE));
        PromptPrefix prefix = engine.prefix(model, beginning, PREFIX + 10, StepListener.NONE);
        int[] other = prompt(3);
        other[5] = (other[5] + 1) % VOCAB;
        assertTrue(assertThrows(Problem.class, () -> prefix.open(other, options(1), StepListener.NONE)).why().contains("place 5"));
        assertTrue(assertThrows(Problem.class, () -> prefix.open(Arrays.copyOf(beginning, 9), options(1), StepListener.NONE)).why().contains("ends"));
        assertTrue(assertThrows(Problem.class, () -> prefix.open(prompt(4), options(1), StepListener.NONE)).why().contains("308"));
        prefix.close();
        assertThrows(Problem.class, () -> prefix.open(prompt(1), options(1), StepListener.NONE));
        assertEquals(0, Writing.live(allocator));
    }
}
