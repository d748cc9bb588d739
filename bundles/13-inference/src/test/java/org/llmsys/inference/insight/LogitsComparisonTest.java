package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.inference.PromptPrefix;
import org.llmsys.inference.SessionMemory;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** Where two sides begin to differ. */
class LogitsComparisonTest {

    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2};

    /** Right, until it multiplies by a matrix of 17 columns, the first of the feed-forward network: there the third row is a little off. */
    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "a-little-off")
    public static final class ALittleOff implements MatmulKernel {

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            for (int m = 0; m < a.rows(); m++) {
                for (int n = 0; n < b.columns(); n++) {
                    float sum = accumulate ? c.get(m, n) : 0;
                    for (int k = 0; k < a.columns(); k++) {
                        sum = Math.fma(a.get(m, k), b.get(k, n), sum);
                    }
                    c.set(m, n, b.columns() == 17 && m == 3 ? sum + 0.01f : sum);
                }
            }
        }
    }

    /** An engine as a plug-in's: the comparison knows nothing of it but the service. */
    private abstract static class PlugIn implements InferenceEngine {

        private final InferenceEngine single = new AutoregressiveEngine(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies());
        int opened;

        @Override
        public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
            opened++;
            return single.open(model, promptIds, options, listener);
        }

        @Override
        public PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener) {
            return single.prefix(model, ids, reach, listener);
        }

        @Override
        public SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options) {
            return single.memoryOf(model, promptLength, options);
        }

        @Override
        public InferenceEngine within(EngineLimits limits) {
            return single.within(limits);
        }
    }

    /** Its sessions tell their logits. */
    @Provider(slot = "engine", algorithm = "autoregressive", name = "theirs")
    public static final class Theirs extends PlugIn {
    }

    /** Its sessions do not, as those written before anybody asked. */
    @Provider(slot = "engine", algorithm = "autoregressive", name = "silent")
    public static final class Quiet extends PlugIn {

        @Override
        public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
            return new Silent(super.open(model, promptIds, options, listener));
        }
    }

    /** A session that answers with tokens only, as one written before logits were asked for. */
    private record Silent(GenerationSession session) implements GenerationSession {

        @Override
        public GeneratedToken next() {
            return session.next();
        }

        @Override
        public String stopReason() {
            return session.stopReason();
        }

        @Override
        public List<LogProbabilities> promptLogProbabilities() {
            return session.promptLogProbabilities();
        }

        @Override
        public void cancel() {
            session.cancel();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    private final Theirs theirs = new Theirs();
    private final Assemblies assemblies = ClassPathWorkbench.open(new ALittleOff(), theirs, new Quiet(), WorkerPool.SERIAL).assemblies();
    private final LogitsSources sources = new LogitsSources(assemblies, new ModelFolderStore(assemblies));
    private final LoadedModel model = InsightModels.gpt2(assemblies);

    @TempDir
    Path folder;

    @BeforeEach
    void chooseTheGoodOne() {
        assemblies.use("matmul", "naive");
    }

    private LogitsDifference compare(String a, String b, int steps, double tolerance) {
        return compare(sources.of(a, () -> model), sources.of(b, () -> model), steps, tolerance);
    }

    private LogitsDifference compare(LogitsSource a, LogitsSource b, int steps, double tolerance) {
        return new LogitsComparison(assemblies, StepListener.NONE).compare(a, b, PROMPT, steps, tolerance, Job.silent("test"));
    }

    @Test
    @DisplayName("two assemblies of one numerics class do not differ in a bit, at any position and place")
    void same() {
        LogitsDifference difference = compare("matmul=naive", "matmul=tiled", 6, 0);
        assertTrue(difference.same());
        assertEquals(0, difference.maxAbsDiff());
        assertEquals(-1, difference.firstPosition());
        assertEquals(13, difference.positions());
        assertEquals(13, difference.agreeing());
        assertEquals(7 * (2 + 3 * 17 + 2), difference.hooksCompared());
        assertNull(difference.firstHook());
    }

    @Test
    @DisplayName("a provider that is a little off in the feed-forward network is found there: the place, the position, the size")
    void findsThePlace() {
        LogitsDifference difference = compare("matmul=naive", "matmul=a-little-off", 4, 1e-4);
        assertFalse(difference.same());
        assertEquals("blocks.0.mlp.hook_pre", difference.firstHook().hook());
        assertEquals(3, difference.firstHook().position());
        assertEquals(0.01, difference.firstHook().difference(), 1e-5);
        assertEquals(difference.firstHook(), difference.firstHookBeyond());
        assertEquals(3, difference.firstPosition());
        assertEquals(3, difference.firstBeyond());
        assertTrue(difference.maxAbsDiff() > 1e-4 && difference.meanAbsDiff() < difference.maxAbsDiff());
        assertTrue(difference.maxPosition() >= 3 && difference.maxId() >= 0);
        LogitsDifference generous = compare("matmul=naive", "matmul=a-little-off", 4, 100);
        assertTrue(generous.same());
        assertEquals("blocks.0.mlp.hook_pre", generous.firstHook().hook());
        assertNull(generous.firstHookBeyond());
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine=single", "engine=batched", "engine=batched,matmul=tiled", "engine=theirs", "batch=1", "batch=5",
        "batch=3,engine=single", "batch=8,matmul=tiled", "engine=theirs,batch=2"})
    @DisplayName("an engine gives bit for bit the logits of the network behind the prompt and each token it was told to write, on either side")
    void engines(String engine) {
        for (LogitsDifference difference : List.of(compare("current", engine, 9, 0), compare(engine, "current", 9, 0))) {
            assertTrue(difference.same());
            assertEquals(-1, difference.firstPosition());
            assertEquals(6, difference.from());
            assertEquals(10, difference.positions());
            assertEquals(0, difference.hooksCompared());
        }
    }

    @Test
    @DisplayName("an engine follows the tokens of the other side, also where it would write others")
    void follows() {
        LogitsDifference difference = compare("current", "engine=batched,matmul=a-little-off", 12, 1e-4);
        assertFalse(difference.same());
        assertEquals(13, difference.positions());
        assertEquals(compare("current", "matmul=naive", 12, 0).ids(), difference.ids());
    }

    @Test
    @DisplayName("an engine of a plug-in goes on where it agrees, and begins anew with all that was read where it would write another token")
    void plugIns() {
        LogitsDifference agreeing = compare("current", "engine=theirs", 9, 0);
        assertEquals(1, theirs.opened);
        assertTrue(agreeing.same());
        LoadedModel other = InsightModels.gpt2(assemblies);
        other.model().weights().all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> w.value().set(9, 1, 2));
        LogitsSource leading = new LogitsSource.OfNetwork("other", other, null);
        LogitsDifference following = compare(leading, sources.of("engine=theirs", () -> model), 12, 0);
        int parted = following.positions() - following.agreeing();
        int begun = theirs.opened - 1;
        assertTrue(parted > 1 && (begun == 1 + parted || begun == parted), begun + " sequences, parted " + parted + " times; the last time nothing follows");
        LogitsDifference expected = compare(leading, sources.of("engine=single", () -> model), 12, 0);
        assertEquals(expected.ids(), following.ids());
        assertEquals(expected.maxAbsDiff(), following.maxAbsDiff());
        assertEquals(expected.meanAbsDiff(), following.meanAbsDiff());
    }

    @Test
    @DisplayName("an engine that does not tell its logits is refused with its class's name")
    void silent() {
        Problem problem = assertThrows(Problem.class, () -> compare("current", "engine=silent", 2, 0));
        assertTrue(problem.getMessage().contains("does not tell its logits") && problem.why().contains("Silent"), problem.text());
    }

    @Test
    @DisplayName("another model of the same shape differs from the first place that its weights reach; one of another vocabulary is refused")
    void models() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        model.model().weights().all().forEach((name, weight) -> weights.put(name, weight.value().copy()));
        Tensor gamma = weights.get("h.1.ln_2.weight");
        gamma.set(1.5, 2);
        LoadedModel other = new LoadedModel("other", new TransformerModel(model.model().config(), new ModelWeights(weights)), model.tokenizer());
        new ModelFolderStore(assemblies).save(other, folder.resolve("other"));
        LogitsDifference difference = compare("current", folder.resolve("other").toString(), 0, 1e-6);
        assertEquals("blocks.1.ln2.hook_normalized", difference.firstHook().hook());
        assertEquals(0, difference.firstHook().position());
        LogitsSource llama = new LogitsSource.OfNetwork("llama", InsightModels.llama(assemblies), null);
        LogitsDifference strangers = compare(new LogitsSource.OfNetwork("gpt2", model, null), llama, 0, 1e-6);
        assertNotNull(strangers.firstHookBeyond(), "places of one name and shape are compared, those of others are not");
    }

    @Test
    @DisplayName("a file has a row for each position, or for each step; with other rows, or rows of another width, it is refused")
    void files() {
        List<float[]> rows = new ArrayList<>();
        int[] text = compare("current", "current", 3, 0).ids().stream().mapToInt(Integer::intValue).toArray();
        try (LogitsReader reader = new LogitsReader(assemblies, model, null, text.length, StepListener.NONE)) {
            reader.read(text, null, (position, row) -> rows.add(row));
        }
        LogitsSource network = sources.of("current", () -> model);
        assertTrue(compare(network, new LogitsSource.OfFile("all", rows), 3, 1e-5).same());
        LogitsDifference ends = compare(new LogitsSource.OfFile("ends", rows.subList(6, 10)), network, 3, 1e-5);
        assertTrue(ends.same());
        assertEquals(6, ends.from());
        LogitsDifference files = new LogitsComparison(assemblies, StepListener.NONE).compare(new LogitsSource.OfFile("a", rows.subList(0, 4)),
                new LogitsSource.OfFile("b", rows.subList(1, 5)), 1e-5);
        assertEquals(0, files.firstBeyond());
        assertEquals(4, files.positions());
        rows.get(8)[5] = Float.NaN;
        LogitsDifference broken = compare(network, new LogitsSource.OfFile("broken", rows), 3, 1e-5);
        assertEquals(8, broken.firstBeyond());
        assertEquals(8, broken.maxPosition());
        assertEquals(5, broken.maxId());
        assertTrue(Double.isNaN(broken.maxAbsDiff()));
        assertThrows(Problem.class, () -> compare(network, new LogitsSource.OfFile("few", rows.subList(0, 5)), 3, 1e-5));
        List<float[]> narrow = rows.stream().map(row -> Arrays.copyOf(row, 28)).toList();
        assertThrows(Problem.class, () -> compare(network, new LogitsSource.OfFile("narrow", narrow), 3, 1e-5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"matmul", "matmul=", "=naive", "matmul=nave", "matmull=naive", "engine=fast", "nowhere/model", "engine=theirs,matmul=tiled", "batch=0",
        "batch=257", "batch=many", "batch=-1", "batch="})
    @DisplayName("a side that names nothing known is a problem")
    void refuses(String word) {
        assertThrows(Problem.class, () -> sources.of(word, () -> model));
    }

    @Test
    @DisplayName("both sides go through a prompt of 131 tokens in three parts, and a difference far behind is found at its position")
    void longPrompts() {
        LoadedModel wide = InsightModels.gpt2(assemblies, 150);
        int[] prompt = new int[131];
        Arrays.setAll(prompt, t -> t * 7 % 29);
        LogitsComparison comparison = new LogitsComparison(assemblies, StepListener.NONE);
        LogitsSource naive = sources.of("matmul=naive", () -> wide);
        LogitsDifference same = comparison.compare(naive, sources.of("matmul=tiled", () -> wide), prompt, 2, 0, Job.silent("test"));
        assertTrue(same.same() && same.firstPosition() < 0 && same.firstHook() == null, same.toString());
        assertEquals(133, same.positions());
        assertEquals((3 + 2) * (2 + 3 * 17 + 2), same.hooksCompared());

        Map<String, Tensor> weights = new LinkedHashMap<>();
        wide.model().weights().all().forEach((name, weight) -> weights.put(name, weight.value().copy()));
        Tensor positions = weights.get("wpe.weight");
        positions.set(positions.get(100, 3) + 1, 100, 3);
        LogitsSource other = new LogitsSource.OfNetwork("other",
                new LoadedModel("other", new TransformerModel(wide.model().config(), new ModelWeights(weights)), wide.tokenizer()), null);
        LogitsDifference different = comparison.compare(naive, other, prompt, 0, 1e-4, Job.silent("test"));
        assertEquals("hook_pos_embed", different.firstHook().hook());
        assertEquals(100, different.firstHook().position());
        assertEquals(100, different.firstPosition());
    }

    @Test
    @DisplayName("another algorithm serves one side only, as an experiment")
    void experiment() {
        LogitsDifference difference = compare("current", "position=sinusoidal", 0, 1e-4);
        assertEquals("hook_pos_embed", difference.firstHook().hook());
        assertTrue(assemblies.current().experiments().isEmpty());
    }
}
