package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

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
    @DisplayName("GPT-2, Llama, Mistral and Qwen 2, in F32, F16, BF16 and in several files, give transformers' logits, in one pass, from a cache, and saved "
            + "and read again")
    void logits() throws Exception {
        new PythonScript("tiny_models.py", "torch", "transformers", "safetensors").run(folder);
        List<Path> models;
        try (Stream<Path> found = Files.list(folder)) {
            models = found.filter(Files::isDirectory).sorted().toList();
        }
        assertEquals(14, models.size(), models.toString());
        for (Path path : models) {
            var expected = SafetensorsReader.read(path.resolve("logits.safetensors"), NumberCheck.FINITE).tensors();
            int[] ids = new int[expected.get("ids").shape().intExtent(0)];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = (int) expected.get("ids").getLong(t);
            }
            LoadedModel model = store.load(path);
            Tensor logits = whole(model, ids);
            assertClose(expected.get("logits"), 0, logits, path);
            assertClose(expected.get("logits"), 17, cached(model, ids, 17), path);

            Path copy = folder.resolve(path.getFileName() + "-again/model");
            store.save(model, copy);
            double again = difference(logits, 0, whole(store.load(copy), ids));       // narrow weights are saved wide, and rounded otherwise
            assertTrue(path.toString().contains("f16") ? again < TOLERANCE : again == 0, path + " saved and read again: " + again);
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
}
