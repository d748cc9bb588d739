package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.google.gson.Gson;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.TransformerEncoder;
import org.llmsys.transformer.TransformerModel;

/** Encoders written and computed by Hugging Face transformers, against our last hidden states; skipped where that is not installed. */
class HuggingFaceBertsTest {

    private static final double TOLERANCE = 1e-4;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    @TempDir
    Path folder;

    /** B, T, what each token is, and what transformers makes of it (B,T,C). */
    private record Case(int[] ids, int[] types, int[] lengths, float[] states) {
    }

    @Test
    @DisplayName("BERTs of several shapes, from files with and without prefix, pooler and heads, give transformers' last hidden state, with padding")
    void lastHiddenState() throws Exception {
        List<String> real = realModels();
        new PythonScript("tiny_berts.py", "torch", "transformers").run(folder, real.toArray(String[]::new));
        List<Path> models;
        try (Stream<Path> found = Files.list(folder)) {
            models = found.filter(Files::isDirectory).sorted().toList();
        }
        assertEquals(3 + real.size(), models.size(), models.toString());
        for (Path path : models) {
            TransformerModel model = new ModelFolderStore(assemblies).load(path).model();
            Case c = new Gson().fromJson(Files.readString(path.resolve("case.json")), Case.class);
            assertStates(c, states(model, c), path.getFileName().toString());
            assertEquals(model.config(), ModelConfigJson.read(ModelConfigJson.write(model.config())), path.toString());
        }
    }

    /** The rows that are no padding: what stands in the others means nothing. */
    private static void assertStates(Case c, Tensor states, String model) {
        int length = c.ids().length / c.lengths().length;
        int width = states.shape().intExtent(2);
        for (int b = 0; b < c.lengths().length; b++) {
            for (int t = 0; t < c.lengths()[b]; t++) {
                for (int i = 0; i < width; i++) {
                    assertEquals(c.states()[(b * length + t) * width + i], states.get(b, t, i), TOLERANCE,
                            model + " (" + b + ", " + t + ", " + i + ")");
                }
            }
        }
    }

    private Tensor states(TransformerModel model, Case c) {
        try (StepRunner<TransformerEncoder> runner = assemblies.runner("test", model.encoderBlueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(c.ids(), c.types(), Sequences.padded(c.lengths()), pass).value().copy();
                }
            });
        }
    }

    /** Where shared data is at hand: every BERT in it. */
    private static List<String> realModels() throws IOException {
        String shared = System.getenv("LLMSYS_SHARED");
        Path models = shared == null ? null : Path.of(shared, "data", "models");
        if (models == null || !Files.isDirectory(models)) {
            return List.of();
        }
        List<String> berts = new ArrayList<>();
        try (Stream<Path> found = Files.list(models)) {
            for (Path model : found.sorted().toList()) {
                Path config = model.resolve("config.json");
                if (Files.exists(config) && Files.readString(config).contains("\"model_type\": \"bert\"")) {
                    berts.add(model.toString());
                }
            }
        }
        return berts;
    }
}
