package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.TransformerNetwork;

/** A real Llama of 260 thousand weights: what llama2.c wrote with it, and the logits of llama2.c and llama.cpp. */
class StoriesOracleTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private Path models;
    private Path oracles;

    @BeforeEach
    void findFolders() {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder of oracles");
        models = Path.of(shared, "data/models/stories260K");
        oracles = Path.of(shared, "oracles");
        Assumptions.assumeTrue(Files.exists(models) && Files.exists(oracles.resolve("stories260K")), "the folder of oracles has no stories260K");
    }

    @ParameterizedTest
    @CsvSource({"stories260K.bin", "stories260K-f32.gguf"})
    @DisplayName("greedy text and ids are llama2.c's, byte for byte, and the logits of every step agree within 1e-4")
    void greedy(String file) throws IOException {
        LoadedModel model = load(file);
        int[] ids = ids(oracles.resolve("stories260K/greedy_n100.input_ids.txt"));
        int[] prompt = model.requireTokenizer().encode("Once upon a time");
        StringBuilder text = new StringBuilder("Once upon a time");
        int[] written = Arrays.copyOf(prompt, ids.length + 1);
        try (GenerationSession session = new AutoregressiveEngine(assemblies).open(model, prompt, GenerationOptions.greedy(written.length - prompt.length),
                StepListener.NONE)) {
            int at = prompt.length;
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                written[at++] = token.id();
                text.append(token.text());
            }
        }
        assertEquals(Files.readString(oracles.resolve("stories260K/greedy_once_upon_a_time_n100.txt")).stripTrailing(), text.toString().stripTrailing());
        assertEquals(Arrays.toString(ids), Arrays.toString(Arrays.copyOf(written, ids.length)));
        Differences differences = differences(model, ids, oracles.resolve("stories260K/greedy_once_upon_a_time_n100.logits.f32"));
        assertTrue(differences.largest() < 1e-4, differences.toString());
    }

    @Test
    @DisplayName("the loss of a given text is 1.484541 nats a token")
    void forcedLoss() throws IOException {
        LoadedModel model = load("stories260K.bin");
        int[] ids = ids(oracles.resolve("stories260K/nll_prompt_ids.txt"));
        int width = model.model().config().vocabSize();
        float[] logits = logits(model, ids);
        double sum = 0;
        for (int t = 0; t + 1 < ids.length; t++) {
            double total = 0;
            for (int v = 0; v < width; v++) {
                total += Math.exp(logits[t * width + v]);
            }
            sum += Math.log(total) - logits[t * width + ids[t + 1]];
        }
        assertEquals(1.484541, sum / (ids.length - 1), 1e-4);
    }

    @ParameterizedTest
    @CsvSource({"single, contiguous", "batched, paged"})
    @DisplayName("the same loss from the log-probabilities that a session gives of its prompt, in one pass over it")
    void measuredLoss(String engine, String cache) throws IOException {
        LoadedModel model = load("stories260K.bin");
        assemblies.use("cache", cache);
        int[] ids = ids(oracles.resolve("stories260K/nll_prompt_ids.txt"));
        InferenceEngine chosen = engine.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
        Writing.Written read = Writing.all(chosen, model, ids, GenerationOptions.greedy(0).measuring(LogProbabilities.Request.of(1).withPrompt()));
        assertEquals(ids.length, read.prompt().size());
        double mean = read.prompt().stream().skip(1).mapToDouble(LogProbabilities::logProbability).average().orElseThrow();
        assertEquals(1.484541, -mean, 1e-4);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"f32, 1e-4, 1", "F16, 0.05, 1", "BF16, 0.2, 0.98", "Q8_0, 0.37, 1", "Q4_0, 1.5, 0.95"})
    @DisplayName("GGUF: logits beside those of llama.cpp with the same file, and how often both like the same token best")
    void quantized(String type, double largest, double share) throws IOException {
        LoadedModel model = load("stories260K-" + type + ".gguf");
        int[] ids = ids(oracles.resolve("stories260K/greedy_n100.input_ids.txt"));
        Path expected;
        try (Stream<Path> files = Files.list(oracles.resolve("gguf"))) {
            expected = files.filter(path -> path.getFileName().toString().equalsIgnoreCase("stories260K-" + type + ".logits.f32")).findFirst().orElseThrow();
        }
        Differences differences = differences(model, ids, expected);
        assertTrue(differences.largest() < largest, type + ": " + differences);
        assertTrue(differences.sameBest() >= share, type + ": " + differences);
    }

    private record Differences(double largest, double sameBest) {
    }

    private Differences differences(LoadedModel model, int[] ids, Path expectedFile) throws IOException {
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(expectedFile)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] logits = logits(model, ids);
        int width = model.model().config().vocabSize();
        assertEquals(logits.length, expected.limit());
        double largest = 0;
        int same = 0;
        for (int t = 0; t < ids.length; t++) {
            int ours = 0;
            int theirs = 0;
            for (int v = 0; v < width; v++) {
                largest = Math.max(largest, Math.abs(logits[t * width + v] - expected.get(t * width + v)));
                ours = logits[t * width + v] > logits[t * width + ours] ? v : ours;
                theirs = expected.get(t * width + v) > expected.get(t * width + theirs) ? v : theirs;
            }
            same += ours == theirs ? 1 : 0;
        }
        return new Differences(largest, same / (double) ids.length);
    }

    private float[] logits(LoadedModel model, int[] ids) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.model().blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(ids, 1, null, false, pass).value().copy().floats();
                }
            });
        }
    }

    private LoadedModel load(String file) {
        return new ModelFolderStore(assemblies).load(models.resolve(file));
    }

    private static int[] ids(Path file) throws IOException {
        return List.of(Files.readString(file).strip().split("\\s+")).stream().mapToInt(Integer::parseInt).toArray();
    }
}
