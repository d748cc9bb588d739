package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;

/** The memory of a sequence is known before it starts, and a limit refuses before anything is taken. */
class SessionMemoryTest {

    private static final int VOCAB = 101;
    private static final int CONTEXT = 300;

    private TensorAllocator allocator;
    private Assemblies assemblies;

    private void fresh(String cache) {
        allocator = TensorAllocator.heap();
        assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL).assemblies();
        assemblies.use("cache", cache);
    }

    private InferenceEngine engine(String name) {
        return name.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
    }

    private long peak() {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::peakBytes).sum();
    }

    @ParameterizedTest
    @CsvSource({"single, contiguous", "single, paged", "batched, contiguous", "batched, paged"})
    @DisplayName("no real session takes more than was said: families and blocks, short and long prompts, sliding, measured or not")
    void neverMore(String engine, String cache) {
        ModelConfig gpt2 = TinyModels.gpt2(VOCAB, CONTEXT, 16, 2, 4, 24);
        for (ModelConfig config : List.of(gpt2, gpt2.withBlock("parallel"), gpt2.withBlock("post-norm"),
                TinyModels.llama(VOCAB, CONTEXT, 24, 3, 6, 20), TinyModels.llama(VOCAB, CONTEXT, 8, 1, 2, 70))) {
            LoadedModel model = new LoadedModel("m", TinyModels.model(config), null);
            for (int length : new int[] {1, 273}) {
                for (GenerationOptions options : List.of(GenerationOptions.greedy(3),
                        GenerationOptions.greedy(length < 100 ? 4 : CONTEXT + 2 - length).sliding(),
                        GenerationOptions.greedy(4).measuring(Request.of(2).withPrompt()))) {
                    fresh(cache);
                    SessionMemory memory = engine(engine).memoryOf(model, length, options);
                    assertEquals(0, Writing.live(allocator), "asking takes nothing");
                    Writing.all(engine(engine), model, Writing.prompt(length, VOCAB), options);
                    assertTrue(peak() <= memory.cache() + memory.workspace(), () -> config.family() + " " + config.block() + ", " + length
                            + " tokens, " + options + ": " + allocator.usage() + " against " + memory);
                    assertEquals(0, Writing.live(allocator));
                }
            }
        }
    }

    @Test
    @DisplayName("sixteen sequences that share steps stay within their caches and one workspace")
    void together() throws Exception {
        fresh("paged");
        LoadedModel model = new LoadedModel("m", TinyModels.model(TinyModels.llama(VOCAB, CONTEXT, 24, 3, 6, 20)), null);
        InferenceEngine engine = new ContinuousBatching(assemblies).within(new EngineLimits(Long.MAX_VALUE, 16));
        SessionMemory memory = engine.memoryOf(model, 200, GenerationOptions.greedy(5));
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int length = 200 - 7 * i;
            work.add(() -> Writing.all(engine, model, Writing.prompt(length, VOCAB), GenerationOptions.greedy(5)).ids().size());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> future : threads.invokeAll(work)) {
                assertEquals(5, future.get());
            }
        }
        assertTrue(peak() <= 16 * memory.cache() + memory.workspace(), allocator.usage() + " against " + memory);
        assertEquals(0, Writing.live(allocator));
    }

    @ParameterizedTest
    @CsvSource({"single", "batched"})
    @DisplayName("a sequence beyond the limit is refused with both numbers before it takes anything; a closed one makes room")
    void limit(String name) {
        fresh("contiguous");
        LoadedModel model = new LoadedModel("m", TinyModels.model(VOCAB, CONTEXT), null);
        GenerationOptions options = GenerationOptions.greedy(20);
        InferenceEngine two = engine(name).within(new EngineLimits(Long.MAX_VALUE, 2));
        SessionMemory memory = two.memoryOf(model, 10, options);
        long own = name.equals("single") ? memory.bytes() : memory.cache() + memory.logits();
        long bytes = name.equals("single") ? 2 * own + 1 : 2 * own + memory.workspace() + 1;
        InferenceEngine engine = engine(name).within(new EngineLimits(bytes, 3));
        if (name.equals("batched")) {                                              // the shared workspace grows with the sessions allowed
            bytes = 2 * own + engine.memoryOf(model, 10, options).workspace() + 1;
            engine = engine(name).within(new EngineLimits(bytes, 3));
        }
        InferenceEngine limited = engine;
        int[] prompt = Writing.prompt(10, VOCAB);
        GenerationSession first = limited.open(model, prompt, options, StepListener.NONE);
        GenerationSession second = limited.open(model, prompt, options, StepListener.NONE);
        long live = Writing.live(allocator);
        Problem problem = assertThrows(Problem.class, () -> limited.open(model, prompt, options, StepListener.NONE));
        assertTrue(problem.getMessage().contains(Long.toString(own)) && problem.why().contains(Long.toString(bytes)), problem.text());
        assertEquals(live, Writing.live(allocator));
        first.close();
        first.close();
        try (GenerationSession third = limited.open(model, prompt, options, StepListener.NONE)) {
            assertEquals(20, Writing.all(third).ids().size());
        }
        second.close();
        assertEquals(0, Writing.live(allocator));
        InferenceEngine tight = engine(name).within(new EngineLimits(limited.memoryOf(model, 10, options).bytes() - 1, 3));
        assertThrows(Problem.class, () -> tight.open(model, prompt, options, StepListener.NONE));
        assertEquals(0, Writing.live(allocator));
        try (GenerationSession again = limited.open(model, prompt, options, StepListener.NONE)) {
            assertEquals(20, Writing.all(again).ids().size());
        }
    }

    @Test
    @DisplayName("a third session is refused where two may be open, and a failed opening counts for nothing")
    void sessions() {
        fresh("paged");
        LoadedModel model = new LoadedModel("m", TinyModels.model(VOCAB, CONTEXT), null);
        GenerationOptions misspelt = new GenerationOptions(5, "gredy", List.of(), 0, List.of());
        for (String name : List.of("single", "batched")) {
            InferenceEngine engine = engine(name).within(new EngineLimits(Long.MAX_VALUE, 2));
            for (int i = 0; i < 5; i++) {
                assertThrows(Problem.class, () -> engine.open(model, new int[] {1}, misspelt, StepListener.NONE));
            }
            GenerationSession first = engine.open(model, new int[] {1}, GenerationOptions.greedy(1), StepListener.NONE);
            GenerationSession second = engine.open(model, new int[] {1}, GenerationOptions.greedy(1), StepListener.NONE);
            Problem problem = assertThrows(Problem.class, () -> engine.open(model, new int[] {1}, GenerationOptions.greedy(1), StepListener.NONE));
            assertTrue(problem.why().contains("2 are open") && problem.why().contains("limit is 2"), problem.text());
            first.close();
            second.close();
        }
        assertThrows(Problem.class, () -> new EngineLimits(-1, 2));
        assertEquals(0, Writing.live(allocator));
    }
}
