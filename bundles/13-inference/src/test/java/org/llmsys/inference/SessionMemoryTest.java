package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LogProbabilities.Request;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfig.AttentionBiases;

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

    /** Families, blocks and proportions: grouped queries, one key head for six, no gate, sublayers side by side, heads wider than their share. */
    private static List<ModelConfig> shapes(int context) {
        ModelConfig gpt2 = TinyModels.gpt2(VOCAB, context, 16, 2, 4, 24);
        return List.of(gpt2, gpt2.withBlock("parallel"), gpt2.withBlock("post-norm"), TinyModels.gpt2(VOCAB, context, 12, 5, 2, 7),
                TinyModels.llama(VOCAB, context, 24, 3, 6, 20), TinyModels.llama(VOCAB, context, 8, 1, 2, 70),
                shape(context, 20, 7, 5, 5, 4, 54), shape(context, 24, 4, 6, 1, 4, 31), shape(context, 12, 3, 6, 2, 16, 13),
                shape(context, 12, 3, 6, 2, 16, 13).withBlock("parallel"));
    }

    private static ModelConfig shape(int context, int embeddingDim, int layers, int heads, int keyHeads, int headDim, int hidden) {
        return new ModelConfig("llama", VOCAB, context, embeddingDim, layers, heads, keyHeads, headDim, hidden, 1e-5f, false, true,
                "pre-norm", "rmsnorm", "rope", "swiglu", "silu", 0, 10000, RotaryPairing.INTERLEAVED, RotaryScaling.NONE, AttentionBiases.NONE, false,
                true, 0);
    }

    @ParameterizedTest
    @CsvSource({"single, contiguous", "single, paged", "batched, contiguous", "batched, paged"})
    @DisplayName("no real session takes more than was said: families and blocks, short and long prompts, sliding, measured or not")
    void neverMore(String engine, String cache) {
        for (ModelConfig config : shapes(CONTEXT)) {
            for (int length : new int[] {1, 65, 273, CONTEXT}) {
                neverMore(engine, cache, new LoadedModel("m", TinyModels.model(config), null), length);
            }
        }
    }

    private void neverMore(String engine, String cache, LoadedModel model, int length) {
        int context = model.model().config().contextLength();
        for (GenerationOptions options : List.of(GenerationOptions.greedy(3), GenerationOptions.greedy(length < 100 ? 4 : context + 2 - length).sliding(),
                GenerationOptions.greedy(4).measuring(Request.of(2).withPrompt()), GenerationOptions.greedy(0).measuring(Request.of(1).withPrompt()),
                GenerationOptions.greedy(4).sliding().measuring(Request.of(2).withPrompt()))) {
            if (length == context && options.maxTokens() > 0 && !options.slide()) {
                continue;                                                          // no room for a token
            }
            fresh(cache);
            SessionMemory memory = engine(engine).memoryOf(model, length, options);
            assertEquals(0, Writing.live(allocator), "asking takes nothing");
            Writing.all(engine(engine), model, Writing.prompt(length, VOCAB), options);
            assertTrue(peak() <= memory.cache() + memory.workspace(), () -> model.model().config() + ", " + length
                    + " tokens, " + options + ": " + allocator.usage() + " against " + memory);
            assertEquals(0, Writing.live(allocator));
        }
    }

    @Test
    @DisplayName("prompts of a full context, cut into chunks of 256 and slid to a half that follows at once: contexts around the borders of chunks")
    void borders() {
        for (int context : new int[] {2, 5, 255, 256, 257, 511, 512, 513, 700}) {
            LoadedModel model = new LoadedModel("m", TinyModels.model(shape(context, 12, 2, 6, 2, 16, 13)), null);
            for (int length : new int[] {context, context + 9}) {
                fresh("contiguous");
                GenerationOptions options = GenerationOptions.greedy(4).sliding();
                SessionMemory memory = engine("single").memoryOf(model, length, options);
                Writing.all(engine("single"), model, Writing.prompt(length, VOCAB), options);
                assertTrue(peak() <= memory.cache() + memory.workspace(), context + ": " + allocator.usage() + " against " + memory);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 257, 298})
    @DisplayName("a session that goes on from a prefix is within the smallest limit that lets it be opened")
    void prefixes(int read) {
        LoadedModel model = new LoadedModel("m", TinyModels.model(shape(700, 12, 2, 6, 2, 16, 13)), null);
        for (int length : new int[] {Math.max(2, read), 512, 600}) {
            int[] prompt = Writing.prompt(length, VOCAB);
            long none = 0;
            long enough = 1L << 24;
            while (enough - none > 1) {                                            // the limit, by halving
                long limit = (none + enough) / 2;
                if (writes(limit, model, prompt, read, false)) {
                    enough = limit;
                } else {
                    none = limit;
                }
            }
            assertTrue(writes(enough, model, prompt, read, true));
            assertTrue(peak() <= enough, allocator.usage() + " against " + enough);
        }
    }

    /** Whether the session is let in; when asked, it writes too. */
    private boolean writes(long limit, LoadedModel model, int[] prompt, int read, boolean write) {
        fresh("contiguous");
        try (PromptPrefix prefix = engine("single").within(EngineLimits.ofBytes(limit)).prefix(model, Arrays.copyOf(prompt, read), 700, StepListener.NONE);
                GenerationSession session = prefix.open(prompt, GenerationOptions.greedy(3), StepListener.NONE)) {
            return !write || Writing.all(session).ids().size() == 3;
        } catch (Problem refused) {
            return false;
        }
    }

    @Test
    @DisplayName("narrow weights change nothing: activations are F32, whatever the file's type")
    void narrow(@TempDir Path folder) {
        fresh("contiguous");
        ModelStore store = new ModelFolderStore(assemblies);
        ModelConfig config = shape(CONTEXT, 64, 2, 4, 2, 16, 96);
        store.save(new LoadedModel("m", TinyModels.model(config), null), folder.resolve("wide"));
        for (DType type : List.of(DType.F16, DType.Q8_0, DType.Q4_0)) {
            Path file = folder.resolve(type + ".gguf");
            new ModelConversion(assemblies).convert(new ModelConversion.Order(folder.resolve("wide"), file, "gguf", type, false), Job.silent("test"));
            neverMore("single", "contiguous", store.load(file), 273);
        }
    }

    @Test
    @DisplayName("what is said for a long prompt is less than twice what a session really takes, of all shapes")
    void notMuchMore() {
        List<ModelConfig> all = new ArrayList<>(shapes(CONTEXT));
        all.add(TinyModels.gpt2(VOCAB, CONTEXT, 48, 12, 12, 192));                 // GPT-2 small, every width a sixteenth
        all.add(shape(CONTEXT, 24, 6, 6, 6, 4, 64));                               // Llama of 15M weights, a twelfth
        for (ModelConfig config : all) {
            LoadedModel model = new LoadedModel("m", TinyModels.model(config), null);
            for (GenerationOptions options : List.of(GenerationOptions.greedy(3), GenerationOptions.greedy(3).measuring(Request.of(1).withPrompt()))) {
                fresh("contiguous");
                SessionMemory memory = engine("single").memoryOf(model, 256, options);
                Writing.all(engine("single"), model, Writing.prompt(256, VOCAB), options);
                long real = peak() - memory.cache();
                assertTrue(memory.workspace() < 2 * real, config + ": " + memory + " for " + real);
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
