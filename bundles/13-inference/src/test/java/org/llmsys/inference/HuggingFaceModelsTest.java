package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.autograd.Pass;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerNetwork;

/** Random models of several families, written and computed by Hugging Face transformers, against our logits; skipped where that is not installed. */
class HuggingFaceModelsTest {

    private static final double TOLERANCE = 1e-4;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final ModelFolderStore store = new ModelFolderStore(assemblies);

    @TempDir
    Path folder;

    @Test
    @DisplayName("GPT-2, Llama, Mistral and Qwen 2 give transformers' logits, in one pass, from a cache, and after being saved and read again")
    void logits() throws Exception {
        writeModels();
        List<Path> models;
        try (Stream<Path> found = Files.list(folder)) {
            models = found.filter(Files::isDirectory).sorted().toList();
        }
        assertEquals(9, models.size(), models.toString());
        for (Path path : models) {
            var expected = SafetensorsReader.read(path.resolve("logits.safetensors"), NumberCheck.FINITE).tensors();
            int[] ids = new int[expected.get("ids").shape().intExtent(0)];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = (int) expected.get("ids").getLong(t);
            }
            LoadedModel model = store.load(path.resolve("model.safetensors"));
            Tensor logits = whole(model, ids);
            assertClose(expected.get("logits"), 0, logits, path);
            assertClose(expected.get("logits"), 17, cached(model, ids, 17), path);

            Path copy = folder.resolve(path.getFileName() + "-again/model");
            store.save(model, copy);
            assertEquals(0, difference(logits, 0, whole(store.load(copy), ids)), path + " saved and read again");
        }
    }

    private static void assertClose(Tensor expected, int from, Tensor logits, Path path) {
        double difference = difference(expected, from, logits);
        assertTrue(difference < TOLERANCE, path.getFileName() + ": largest difference " + difference);
    }

    /** Largest difference of the rows from {@code from} on of one tensor to all rows of the other. */
    private static double difference(Tensor expected, int from, Tensor logits) {
        double largest = 0;
        for (int t = 0; t < logits.shape().extent(0); t++) {
            for (int v = 0; v < logits.shape().extent(1); v++) {
                largest = Math.max(largest, Math.abs(expected.get(from + t, v) - logits.get(t, v)));
            }
        }
        return largest;
    }

    private Tensor whole(LoadedModel model, int[] ids) {
        return run(model, (network, pass) -> network.forward(ids, 1, null, false, pass).value().select(0, 0).copy());      // (T,V)
    }

    /** The first ids in one pass, then one after the other: the logits of the later ones. */
    private Tensor cached(LoadedModel model, int[] ids, int first) {
        ModelConfig config = model.model().config();
        try (Assemblies.Held<KvCacheFactory> caches = assemblies.hold(KvCacheFactory.class, "contiguous");
                KvCache cache = caches.provider().create(new CacheSpec(config.numLayers(), config.numKvHeads(), config.headDim(), ids.length), TensorAllocator.heap())) {
            run(model, (network, pass) -> network.forward(Arrays.copyOf(ids, first), 1, cache, true, pass).value().copy());
            cache.commit(first);
            Tensor[] rows = new Tensor[ids.length - first];
            for (int t = first; t < ids.length; t++) {
                int[] one = {ids[t]};
                rows[t - first] = run(model, (network, pass) -> network.forward(one, 1, cache, true, pass).value().select(0, 0).copy());
                cache.commit(1);
            }
            return Tensor.concat(0, rows);
        }
    }

    @FunctionalInterface
    private interface Work {
        Tensor with(TransformerNetwork network, Pass pass);
    }

    private Tensor run(LoadedModel model, Work work) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.model().blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return work.with(network, pass);
                }
            });
        }
    }

    private void writeModels() throws IOException, InterruptedException {
        Path script = folder.resolve("tiny_models.py");
        try (InputStream in = getClass().getResourceAsStream("tiny_models.py")) {
            Files.copy(in, script);
        }
        Process check = start("import torch, transformers, safetensors");
        Assumptions.assumeTrue(check != null && finished(check) == 0, "Python with torch and transformers is not installed");
        Process writer = new ProcessBuilder("python3", script.toString(), folder.toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile()).start();
        assertEquals(0, finished(writer), () -> "tiny_models.py failed: " + log());
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Process start(String program) {
        try {
            return new ProcessBuilder("python3", "-c", program).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            return null;                                         // no Python here
        }
    }

    private static int finished(Process process) throws InterruptedException {
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }
}
