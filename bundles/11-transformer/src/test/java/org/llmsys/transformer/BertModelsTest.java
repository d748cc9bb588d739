package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.StoredWeight.Part;

/** The family bert: against Hugging Face transformers where that is installed, and against numbers that were taken from it. */
class BertModelsTest {

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
        writeModels(real);
        List<Path> models;
        try (Stream<Path> found = Files.list(folder)) {
            models = found.filter(Files::isDirectory).sorted().toList();
        }
        assertEquals(3 + real.size(), models.size(), models.toString());
        for (Path path : models) {
            TransformerModel model = model(path);
            Case c = new Gson().fromJson(Files.readString(path.resolve("case.json")), Case.class);
            Tensor states = states(model, c.ids(), c.types(), Sequences.padded(c.lengths()));
            assertStates(c, states, path.getFileName().toString());
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
                    float expected = c.states()[(b * length + t) * width + i];
                    assertEquals(expected, states.get(b, t, i), TOLERANCE, model + " (" + b + ", " + t + ", " + i + ")");
                }
            }
        }
    }

    private Tensor states(TransformerModel model, int[] ids, int[] types, Sequences.Fresh sequences) {
        try (StepRunner<TransformerEncoder> runner = assemblies.runner("test", model.encoderBlueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(ids, types, sequences, pass).value().copy();
                }
            });
        }
    }

    private static TransformerModel model(Path path) throws IOException {
        ModelConfig config = ModelConfigJson.read(Files.readString(path.resolve("config.json")));
        Map<String, Tensor> file = new LinkedHashMap<>();
        FloatBuffer elements = ByteBuffer.wrap(Files.readAllBytes(path.resolve("tensors.bin"))).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        Map<String, long[]> shapes = new Gson().fromJson(Files.readString(path.resolve("tensors.json")),
                new TypeToken<LinkedHashMap<String, long[]>>() { }.getType());
        shapes.forEach((name, extents) -> {
            Tensor tensor = Tensor.zeros(extents);
            elements.get(tensor.floats());
            file.put(StoredWeight.plainName(name, config), tensor);
        });
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        for (StoredWeight stored : StoredWeight.of(config)) {
            List<Tensor> parts = new ArrayList<>();
            for (Part part : stored.parts()) {
                assertNotNull(file.get(part.name()), part.name());
                assertEquals(part.shape(), file.get(part.name()).shape(), part.name());
                parts.add(file.get(part.name()));
                used.add(part.name());
            }
            weights.put(stored.name(), WeightArrangement.weight(stored, parts));
        }
        file.keySet().stream().filter(name -> !used.contains(name)).forEach(name -> assertTrue(StoredWeight.knownUnused(name, config), name));
        return new TransformerModel(config, new ModelWeights(weights));
    }

    /** A small encoder whose weights are sines of their places: numbers that need no file. */
    private static TransformerModel ofSines() {
        ModelConfig config = ModelConfigJson.read("""
                {"model_type":"bert","vocab_size":7,"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
                 "max_position_embeddings":5,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu","hidden_dropout_prob":0.1}""");
        Map<String, Tensor> weights = new LinkedHashMap<>();
        int place = 0;
        for (StoredWeight stored : StoredWeight.of(config)) {
            List<Tensor> parts = new ArrayList<>();
            for (Part part : stored.parts()) {
                Tensor tensor = Tensor.zeros(part.shape().extents());
                for (int i = 0; i < tensor.size(); i++) {
                    tensor.floats()[i] = (float) Math.sin(++place);
                }
                parts.add(tensor);
            }
            weights.put(stored.name(), WeightArrangement.weight(stored, parts));
        }
        return new TransformerModel(config, new ModelWeights(weights));
    }

    @Test
    @DisplayName("an encoder of sines gives the numbers of transformers, in a batch with padding and alone")
    void literalValues() {
        // BertModel of transformers with the same weights; ids 3 1 4 | 6 5 0 with types 0 0 1 | 1 0 0, of which 3 and 2 tokens are no padding
        float[] expected = {-0.541973f, -0.991710f, 0.153911f, -0.687550f,
            -0.544108f, -0.991906f, 0.151505f, -0.686298f, -0.535224f, -0.991066f, 0.161522f, -0.691690f,
            -0.532675f, -0.991045f, 0.163784f, -0.691147f, -0.572123f, -0.994607f, 0.118598f, -0.667683f, 0, 0, 0, 0};
        Case c = new Case(new int[] {3, 1, 4, 6, 5, 0}, new int[] {0, 0, 1, 1, 0, 0}, new int[] {3, 2}, expected);
        assertStates(c, states(ofSines(), c.ids(), c.types(), Sequences.padded(3, 2)), "sines");
        Tensor alone = states(ofSines(), new int[] {6, 5}, new int[] {1, 0}, new Sequences.Fresh(1));
        for (int t = 0; t < 2; t++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(expected[12 + 4 * t + i], alone.get(0, t, i), TOLERANCE);
            }
        }
    }

    @Test
    @DisplayName("an encoder does not write, a decoder is no encoder; a wrong type, types where there are none, and what is no BERT are refused")
    void refuses() {
        TransformerModel encoder = ofSines();
        assertTrue(assertThrows(Problem.class, () -> encoder.network(null)).getMessage().contains("does not write"));
        assertThrows(Problem.class, () -> new TransformerModel(ModelPresets.named("tiny"), encoder.weights()).encoder(null));
        assertThrows(Problem.class, () -> states(encoder, new int[] {1}, new int[] {2}, new Sequences.Fresh(1)));
        assertThrows(Problem.class, () -> ModelConfigJson.read("""
                {"model_type":"bert","vocab_size":7,"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
                 "max_position_embeddings":5,"position_embedding_type":"relative_key"}"""));
        assertThrows(Problem.class, () -> ModelConfigJson.write(encoder.config().withCausal(true)));
        ModelConfig untyped = ModelPresets.named("tiny").withCausal(false);
        TransformerModel plain = new TransformerModel(untyped, ModelWeights.initialize(untyped, 1));
        assertEquals(Shape.of(1, 2, 32), states(plain, new int[] {1, 2}, null, new Sequences.Fresh(1)).shape());
        assertThrows(Problem.class, () -> states(plain, new int[] {1}, new int[] {0}, new Sequences.Fresh(1)));
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

    private void writeModels(List<String> real) throws IOException, InterruptedException {
        Path script = folder.resolve("tiny_berts.py");
        try (InputStream in = getClass().getResourceAsStream("tiny_berts.py")) {
            Files.copy(in, script);
        }
        Process check = start("import torch, transformers");
        Assumptions.assumeTrue(check != null && finished(check) == 0, "Python with torch and transformers is not installed");
        List<String> command = new ArrayList<>(List.of("python3", script.toString(), folder.toString()));
        command.addAll(real);
        Process writer = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        assertEquals(0, finished(writer), () -> "tiny_berts.py failed: " + log());
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
