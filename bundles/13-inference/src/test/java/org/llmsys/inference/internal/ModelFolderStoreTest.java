package org.llmsys.inference.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Variable;
import org.llmsys.files.ModelFile;
import org.llmsys.files.internal.SafetensorsFolder;
import org.llmsys.files.internal.gguf.GgufModels;
import org.llmsys.files.internal.llama2c.Llama2cModels;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.CharTokenizerType;
import org.llmsys.tokenizer.internal.WhitespaceTokenizerType;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelPresets;
import org.llmsys.transformer.ModelWeightNames;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

class ModelFolderStoreTest {

    private final ModelStore store = new ModelFolderStore(Assemblies.of(new SafetensorsFolder(), new CharTokenizerType(), new WhitespaceTokenizerType()));
    private final Tokenizer tokenizer = new CharTokenizerType().train("hello world", TrainingSettings.DEFAULTS, Job.silent("test"));
    private final ModelConfig config = ModelPresets.named("tiny").withVocabSize(tokenizer.vocabSize());

    @TempDir
    Path folder;

    @Test
    @DisplayName("a model comes back with its weights, configuration and vocabulary, from the folder and from the file")
    void roundTrip() {
        ModelWeights weights = ModelWeights.initialize(config, 5);
        store.save(new LoadedModel("m", new TransformerModel(config, weights), tokenizer), folder.resolve("m"));
        for (Path path : new Path[] {folder.resolve("m"), folder.resolve("m/model.safetensors")}) {
            LoadedModel read = store.load(path);
            assertEquals(config, read.model().config());
            weights.all().forEach((name, weight) -> assertArrayEquals(numbers(weight), numbers(read.model().weights().all().get(name)), name));
            assertArrayEquals(tokenizer.encode("hello"), read.requireTokenizer().encode("hello"));
        }
    }

    /** However they lie in memory. */
    private static float[] numbers(Variable weight) {
        return weight.value().copy().floats();
    }

    @Test
    @DisplayName("the prefix transformer., masks, F64 weights and a copy of the tied table are taken as other tools write them")
    void otherToolsHabits() {
        LoadedModel read = store.load(write(tensors -> {
            tensors.put("lm_head.weight", tensors.get("transformer.wte.weight").copy());
            tensors.put("transformer.h.0.attn.bias", Tensor.zeros(1, 1, 4, 4));
            tensors.put("transformer.h.1.attn.masked_bias", Tensor.zeros());
            Tensor wide = Tensor.zeros(DType.F64, tensors.get("transformer.ln_f.weight").shape());
            wide.copyFrom(tensors.get("transformer.ln_f.weight"));
            tensors.put("transformer.ln_f.weight", wide);
        }));
        assertEquals(ModelWeights.expectedShapes(config).keySet(), read.model().weights().all().keySet());
        assertEquals(DType.F32, read.model().weights().all().get("ln_f.weight").value().dtype());
    }

    @Test
    @DisplayName("missing, extra, mis-shaped and whole-number tensors are listed in one Problem")
    void listsEverything() {
        Path path = write(tensors -> {
            tensors.remove("transformer.wpe.weight");
            tensors.put("transformer.surplus", Tensor.zeros(3));
            tensors.put("transformer.ln_f.weight", Tensor.zeros(7));
            tensors.put("transformer.h.0.ln_1.weight", Tensor.zeros(DType.I64, Shape.of(32)));
            tensors.put("lm_head.weight", Tensor.zeros(config.vocabSize(), 32));
        });
        Problem problem = assertThrows(Problem.class, () -> store.load(path));
        for (String expected : new String[] {"5 tensors", "missing: wpe.weight (32, 32)", "extra: surplus (3)", "ln_f.weight is (7)",
                "h.0.ln_1.weight holds whole numbers", "extra: lm_head.weight differs"}) {
            assertTrue(problem.why().contains(expected), problem.text());
        }
    }

    @Test
    @DisplayName("a Llama's file with q_norm (Qwen 3), a tensor too few and one of another shape: all three in one list, with both shapes and the path")
    void llamaListed() {
        ModelConfig llama = ModelPresets.named("stories260K").withVocabSize(7);
        Map<String, Tensor> tensors = ModelWeightNames.tensors(ModelWeights.initialize(llama, 3), llama);
        tensors.put("model.layers.2.self_attn.q_norm.weight", Tensor.zeros(8));
        tensors.remove("model.layers.4.mlp.up_proj.weight");
        tensors.put("model.layers.0.self_attn.k_proj.weight", Tensor.zeros(64, 64));
        Path path = folder.resolve("llama");
        new SafetensorsFolder().write(path, new ModelFile(ModelConfigJson.write(llama), null, tensors, Map.of()));
        Problem problem = assertThrows(Problem.class, () -> store.load(path));
        assertTrue(problem.getMessage().contains(path.toString()), problem.text());
        for (String expected : new String[] {"3 tensors", "missing: model.layers.4.mlp.up_proj.weight (172, 64)",
            "wrong shape: model.layers.0.self_attn.k_proj.weight is (64, 64), the configuration asks for (32, 64)",
            "extra: model.layers.2.self_attn.q_norm.weight (8), a norm of each head, which is not computed here"}) {
            assertTrue(problem.why().contains(expected), problem.text());
        }
    }

    @Test
    @DisplayName("NaN in a weight is refused with the tensor's name; so is a configuration of a type nobody knows, or with a field of a wrong type")
    void namesTheCause() throws IOException {
        Path path = write(tensors -> { });
        String config = Files.readString(path.resolve("config.json"));
        Files.writeString(path.resolve("config.json"), config.replace("\"gpt2\"", "\"mamba\""));
        assertTrue(assertThrows(Problem.class, () -> store.load(path)).text().contains("mamba"));
        Files.writeString(path.resolve("config.json"), config.replace("\"n_head\": 2", "\"n_head\": \"two\""));
        Problem field = assertThrows(Problem.class, () -> store.load(path));
        assertTrue(field.text().contains("n_head is \"two\"") && field.text().contains(path.toString()), field.text());
        Files.writeString(path.resolve("config.json"), config);
        byte[] file = Files.readAllBytes(path.resolve("model.safetensors"));
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(file.length - 4, Float.NaN);
        Files.write(path.resolve("model.safetensors"), file);
        assertTrue(assertThrows(Problem.class, () -> store.load(path)).why().contains("transformer.ln_f.weight"));
    }

    @Test
    @DisplayName("a folder that holds nothing but one .gguf or .bin is that model")
    void folderOfOneFile() {
        ModelConfig llama = ModelPresets.named("stories260K").withVocabSize(7);
        ModelFile file = new ModelFile(ModelConfigJson.write(llama), null, ModelWeightNames.tensors(ModelWeights.initialize(llama, 3), llama), Map.of());
        Assemblies all = Assemblies.of(new SafetensorsFolder(), new GgufModels(), new Llama2cModels(), new CharTokenizerType());
        new GgufModels().write(folder.resolve("g/model.gguf"), file);
        new Llama2cModels().write(folder.resolve("b/model.bin"), file);
        for (String name : new String[] {"g", "b"}) {
            assertEquals(llama, new ModelFolderStore(all).load(folder.resolve(name)).model().config());
        }
    }

    @Test
    @DisplayName("without a readable or fitting tokenizer the model loads, and says why when the tokenizer is asked for")
    void withoutTokenizer() throws IOException {
        Path path = write(tensors -> { });
        assertWithout(path, "there is no tokenizer.json");
        Files.writeString(path.resolve("tokenizer.json"), "{\"model\":{\"type\":\"Unheard\"}}");
        assertWithout(path, "of a kind that nobody here reads");
        Tokenizer large = new CharTokenizerType().train("a much larger vocabulary: 0123456789", TrainingSettings.DEFAULTS, Job.silent("test"));
        Files.writeString(path.resolve("tokenizer.json"), large.toJson());
        assertWithout(path, "belongs to another model");
    }

    @Test
    @DisplayName("all tokens that the files say end a text are known, also without a tokenizer; those outside the vocabulary are passed over")
    void endTokens() throws IOException {
        Path path = write(tensors -> { });
        Path json = path.resolve("config.json");
        Files.writeString(json, Files.readString(json).replaceFirst("\\{", "{\"eos_token_id\": [1, 3, 50256],"));
        LoadedModel read = store.load(path);
        assertEquals(Set.of(1, 3), read.endTokens());
        assertTrue(read.ends(3) && !read.ends(2));
    }

    @Test
    @DisplayName("a place where no model is, is a Problem")
    void noModel() {
        assertThrows(Problem.class, () -> store.load(folder.resolve("nowhere")));
        assertThrows(Problem.class, () -> store.load(folder));
        ModelStore empty = new ModelFolderStore(Assemblies.of(new CharTokenizerType()));
        assertTrue(assertThrows(Problem.class, () -> empty.load(folder)).why().contains("slot format"));
    }

    @Test
    @DisplayName("a GPT-2 folder that another tool wrote is loaded")
    void anotherToolsFolder() {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED is not set");
        LoadedModel read = store.load(Path.of(shared, "data/models/fake_gpt2"));
        assertEquals(2, read.model().config().embeddingDim());
        assertEquals(50257, read.model().weights().all().get("wte.weight").shape().extent(0));
    }

    private void assertWithout(Path path, String why) {
        LoadedModel read = store.load(path);
        assertNull(read.tokenizer());
        Problem problem = assertThrows(Problem.class, read::requireTokenizer);
        assertTrue(problem.why().contains(why), problem.text());
    }

    private Path write(Consumer<Map<String, Tensor>> change) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ModelWeights.initialize(config, 5).all().forEach((name, weight) -> tensors.put("transformer." + name, weight.value()));
        change.accept(tensors);
        Path path = folder.resolve("written");
        new SafetensorsFolder().write(path, new ModelFile(ModelConfigJson.write(config), null, tensors, Map.of()));
        return path;
    }
}
