package org.llmsys.bindings.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** A model from files is read by the engine itself, as long as the files are what Java read. */
class EngineFilesTest {

    private static final ModelConfig CONFIG = ModelConfigJson.read("""
            {"model_type": "llama", "vocab_size": 97, "max_position_embeddings": 40, "hidden_size": 32, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu",
             "tie_word_embeddings": false, "rope_theta": 10000.0}
            """);
    private static final int[] PROMPT = {5, 17, 3, 60};

    @TempDir
    private Path folder;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final ModelFolderStore store = new ModelFolderStore(assemblies);
    private final InferenceEngine java = new AutoregressiveEngine(assemblies);

    @AutoClose
    private final EngineModels models = new EngineModels(store);
    @AutoClose
    private final OpenObjects open = new OpenObjects();

    @BeforeEach
    void library() {
        Library.orSkip().threads(2);
    }

    private Path saved(int seed) {
        Path path = folder.resolve("model");
        store.save(new LoadedModel("m", new TransformerModel(CONFIG, ModelWeights.initialize(CONFIG, seed)), null), path);
        return path;
    }

    private List<Integer> byEngine(LoadedModel model) {
        return ids(new NativeEngine(models, open, EngineLimits.NONE), model);
    }

    private static List<Integer> ids(InferenceEngine engine, LoadedModel model) {
        List<Integer> ids = new ArrayList<>();
        try (GenerationSession session = engine.open(model, PROMPT, GenerationOptions.greedy(20), StepListener.NONE)) {
            for (GenerationSession.GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
        }
        return ids;
    }

    @Test
    @DisplayName("the engine writes what Java writes, from the very files: a change to Java's arrays alone does not reach it")
    void reads() {
        LoadedModel model = store.load(saved(3));
        assertTrue(model.source().orElseThrow().unchanged());
        List<Integer> expected = ids(java, model);
        assertEquals(expected, byEngine(model));
        LoadedModel again = store.load(folder.resolve("model"));
        float[] table = again.model().weights().all().values().stream().map(weight -> weight.value().storage().floats())
                .filter(floats -> floats != null && floats.length == 97 * 32).findFirst().orElseThrow();
        for (int i = 0; i < table.length; i++) {
            table[i] = -table[i];
        }
        assertEquals(expected, byEngine(again));
    }

    @Test
    @DisplayName("files that were written again, or are gone, are not read: the engine gets the model that Java holds")
    void changed() throws Exception {
        LoadedModel first = store.load(saved(3));
        List<Integer> expected = ids(java, first);
        LoadedModel second = store.load(saved(4));
        assertFalse(first.source().orElseThrow().unchanged());
        assertEquals(expected, byEngine(first));
        List<Integer> others = ids(java, second);
        assertFalse(others.equals(expected), "the seeds write alike, so nothing was tested");
        Files.delete(folder.resolve("model").resolve("model.safetensors"));
        assertEquals(others, byEngine(second));
    }

    @Test
    @DisplayName("a model to train, and one that was made, have no source")
    void noSource() {
        assertTrue(store.loadToTrain(saved(3)).source().isEmpty());
        assertTrue(new LoadedModel("m", new TransformerModel(CONFIG, ModelWeights.initialize(CONFIG, 3)), null).source().isEmpty());
    }
}
