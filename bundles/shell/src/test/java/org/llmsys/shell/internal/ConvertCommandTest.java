package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
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
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFiles;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

class ConvertCommandTest {

    private static final String TEXT = "the old clock stood in the hall and the hall was cold, so the clock stood still";
    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};

    private final ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL);
    private final Assemblies assemblies = workbench.assemblies();
    private final ModelStore store = workbench.get(ModelStore.class);

    @TempDir
    Path folder;

    @BeforeEach
    void models() {
        save("llama", "sentencepiece-bpe", """
                {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "max_position_embeddings": 32, "vocab_size": %d, "rms_norm_eps": 1e-5}""");
        save("gpt2", "byte-bpe", """
                {"model_type": "gpt2", "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 32, "vocab_size": %d}""");
    }

    private void save(String name, String kind, String config) {
        Tokenizer tokenizer;
        try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, kind)) {
            tokenizer = held.provider().train(TEXT, new TrainingSettings(300, 1), Job.silent("test"));
        }
        ModelConfig read = ModelConfigJson.read(config.formatted(tokenizer.vocabSize()));
        ModelWeights weights = ModelWeights.initialize(read, 5);
        weights.all().values().forEach(weight -> {
            float[] numbers = weight.value().floats();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = numbers[i] * 3 + (i % 7 - 3) / 300f;                    // no norm of ones, no bias of zeros
            }
        });
        store.save(new LoadedModel(name, new TransformerModel(read, weights), tokenizer), folder.resolve(name));
    }

    private String run(String... typed) throws Exception {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < typed.length; i++) {
            words.add(i > 0 && (typed[i - 1].equals("--model") || typed[i - 1].equals("--out")) ? folder.resolve(typed[i]).toString() : typed[i]);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(PrintStream.nullOutputStream()), false, false);
        assertEquals(0, new ConvertCommand(assemblies).run(new Arguments(HelpPage.of("convert").orElseThrow(), words), console));
        return out.toString(StandardCharsets.UTF_8);
    }

    private Tensor logits(String name) {
        LoadedModel model = store.load(folder.resolve(name));
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.model().blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(IDS, 1, null, false, pass).value().select(0, 0).copy();                 // (T,V)
                }
            });
        }
    }

    /** Largest difference of the logits of two models, in relation to the largest logit. */
    private double difference(String a, String b) {
        float[] x = logits(a).floats();
        float[] y = logits(b).floats();
        assertEquals(x.length, y.length);
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < x.length; i++) {
            difference = Math.max(difference, Math.abs(x[i] - y[i]));
            largest = Math.max(largest, Math.abs(x[i]));
        }
        return difference / largest;
    }

    @Test
    @DisplayName("a Llama through every form and back is the same file; queries and keys in another order change logits by less than 1e-5")
    void roundTripLlama() throws Exception {
        run("--model", "llama", "--out", "llama.gguf");
        run("--model", "llama.gguf", "--out", "bin/llama.bin");
        run("--model", "bin/llama.bin", "--out", "back");
        assertArrayEquals(tensors("llama"), tensors("back"));
        assertEquals(0, difference("llama.gguf", "bin/llama.bin"));
        assertEquals(0, difference("llama", "back"));
        assertTrue(difference("llama", "llama.gguf") < 1e-5);
        int[] ids = store.load(folder.resolve("llama")).requireTokenizer().encode(TEXT);
        assertArrayEquals(ids, store.load(folder.resolve("llama.gguf")).requireTokenizer().encode(TEXT));
        int[] back = store.load(folder.resolve("back")).requireTokenizer().encode(TEXT);           // a tokenizer.bin means <s> before every text
        assertArrayEquals(ids, Arrays.copyOfRange(back, back.length - ids.length, back.length));
        assertTrue(Files.exists(folder.resolve("bin/tokenizer.bin")));
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    /** All numbers of a folder's tensors, by name. */
    private float[] tensors(String name) {
        try (ModelFile file = ModelFiles.read(folder.resolve(name), assemblies)) {
            Tensor[] flat = file.tensors().entrySet().stream().sorted(Map.Entry.comparingByKey())
                    .map(entry -> entry.getValue().copy().reshape(entry.getValue().size())).toArray(Tensor[]::new);
            return Tensor.concat(0, flat).floats();
        }
    }

    @Test
    @DisplayName("a GPT-2 through GGUF and back is the same file with the same logits and ids")
    void roundTripGpt2() throws Exception {
        run("--model", "gpt2", "--out", "gpt2.gguf");
        run("--model", "gpt2.gguf", "--out", "back");
        assertArrayEquals(tensors("gpt2"), tensors("back"));
        assertEquals(0, difference("gpt2", "gpt2.gguf"));
        assertEquals(0, difference("gpt2", "back"));
        assertArrayEquals(store.load(folder.resolve("gpt2")).requireTokenizer().encode(TEXT), store.load(folder.resolve("back")).requireTokenizer().encode(TEXT));
    }

    @ParameterizedTest
    @CsvSource({"llama, f16, 0.002", "llama, bf16, 0.02", "llama, q8_0, 0.05", "llama, q4_0, 0.5", "gpt2, f16, 0.002", "gpt2, bf16, 0.02",
        "gpt2, q8_0, 0.05", "gpt2, q4_0, 0.5"})
    @DisplayName("smaller types: the file is smaller, logits stay near, and widened again they are those of the small file")
    void types(String name, String type, double near) throws Exception {
        run("--model", name, "--out", "wide.gguf", "--type", "f32");
        run("--model", name, "--out", "small.gguf", "--type", type);
        run("--model", "small.gguf", "--out", "again.gguf", "--type", "f32");
        assertTrue(bytes("small.gguf").length < 0.6 * bytes("wide.gguf").length);
        double moved = difference("wide.gguf", "small.gguf");
        assertTrue(moved > 0 && moved < near, type + ": " + moved);
        assertTrue(difference("small.gguf", "again.gguf") < 1e-4);
        run("--model", "again.gguf", "--out", "twice.gguf", "--type", type);
        assertEquals(0, difference("small.gguf", "twice.gguf"), "blocks of numbers that came from blocks are the same blocks");
    }

    @Test
    @DisplayName("what is there is not replaced without --force, with it as a whole; the tokenizer beside a .bin counts too")
    void force() throws Exception {
        Files.writeString(folder.resolve("taken.gguf"), "mine");
        assertTrue(refused("--model", "llama", "--out", "taken.gguf").fix().contains("--force"));
        assertEquals("mine", Files.readString(folder.resolve("taken.gguf")));
        run("--model", "llama", "--out", "taken.gguf", "--force");
        assertEquals(0, difference("taken.gguf", "taken.gguf"));
        refused("--model", "gpt2", "--out", "llama");
        Files.createDirectory(folder.resolve("empty"));
        run("--model", "llama", "--out", "empty");
        Files.createDirectory(folder.resolve("b"));
        Files.writeString(folder.resolve("b/tokenizer.bin"), "mine");
        assertTrue(refused("--model", "llama", "--out", "b/x.bin").getMessage().contains("tokenizer.bin"));
        assertFalse(Files.exists(folder.resolve("b/x.bin")));
        run("--model", "llama", "--out", "b/x.bin", "--no-tokenizer");
        assertEquals("mine", Files.readString(folder.resolve("b/tokenizer.bin")));
    }

    private Problem refused(String... typed) {
        return assertThrows(Problem.class, () -> run(typed));
    }

    @Test
    @DisplayName("what a form cannot say is refused by its name, and nothing is written")
    void cannotSay() throws IOException {
        assertTrue(refused("--model", "llama", "--out", "x", "--type", "q8_0").fix().contains("--type f16"));
        assertTrue(refused("--model", "gpt2", "--out", "x.bin").why().contains("family gpt2"));
        assertTrue(refused("--model", "llama", "--out", "x.bin", "--type", "f16").why().contains("F32"));
        assertTrue(refused("--model", "llama", "--out", "x.gguf", "--type", "q5_k").why().contains("q8_0"));
        assertTrue(refused("--model", "llama", "--out", "x.gguf", "--format", "gguff").fix().contains("gguf"));
        assertTrue(refused("--model", "llama", "--out", "llama", "--format", "gguf", "--force").why().contains("folder"));
        refused("--model", "nowhere", "--out", "x");
        Path config = folder.resolve("llama/config.json");
        Files.writeString(config, Files.readString(config).replace("\"rope_theta\": 10000.0", "\"rope_theta\": 500000.0"));
        assertTrue(refused("--model", "llama", "--out", "x.bin").why().contains("500000"));
        Files.writeString(config, Files.readString(config).replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
        assertTrue(refused("--model", "llama", "--out", "x.gguf").why().contains("missing: model.layers.2."));
        try (Stream<Path> files = Files.list(folder)) {
            assertFalse(files.anyMatch(file -> file.getFileName().toString().startsWith("x") || file.getFileName().toString().startsWith(".x")));
        }
    }

    @Test
    @DisplayName("--json says where, how much and which tokenizer")
    void json() throws Exception {
        String json = run("--model", "gpt2", "--out", "g.gguf", "--type", "Q8_0", "--json");
        for (String expected : new String[] {"\"format\": \"gguf\"", "\"type\": \"q8_0\"", "\"tensors\": 28", "\"tokenizer\": \"byte-bpe\"",
            "\"bytes\": " + bytes("g.gguf").length, "\"note\": null"}) {
            assertTrue(json.contains(expected), json);
        }
        assertTrue(run("--model", "gpt2", "--out", "n.gguf", "--no-tokenizer", "--json").contains("there is no tokenizer in it"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f16", "bf16", "q8_0", "q4_0"})
    @DisplayName("of the real model's F32 file convert makes what llama.cpp made of it, bit for bit in all tensors")
    void asLlamaCpp(String type) throws Exception {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder of models");
        Path models = Path.of(shared, "data/models/stories260K");
        run("--model", models.resolve("stories260K-f32.gguf").toString(), "--out", "ours.gguf", "--type", type);
        Path theirs;
        try (Stream<Path> files = Files.list(models)) {
            theirs = files.filter(file -> file.getFileName().toString().equalsIgnoreCase("stories260K-" + type + ".gguf")).findFirst().orElseThrow();
        }
        try (ModelFile a = ModelFiles.read(folder.resolve("ours.gguf"), assemblies); ModelFile b = ModelFiles.read(theirs, assemblies)) {
            assertEquals(48, a.tensors().size());
            b.tensors().forEach((name, tensor) -> {
                assertEquals(tensor.dtype(), a.tensors().get(name).dtype(), name);
                assertEquals(-1, tensor.storage().segment().mismatch(a.tensors().get(name).storage().segment()), name);
            });
        }
    }

    @Test
    @DisplayName("gguf reads what was written and quantizes to the same bytes; transformers opens the folders and computes the same logits")
    void otherPrograms() throws Exception {
        run("--model", "llama", "--out", "llama.gguf");
        run("--model", "llama", "--out", "q8.gguf", "--type", "q8_0");
        run("--model", "llama", "--out", "q4.gguf", "--type", "q4_0");
        run("--model", "gpt2", "--out", "gpt2.gguf");
        writeCase("llama");
        writeCase("gpt2");
        for (String[] step : new String[][] {{"llama.gguf", "llama", "f32"}, {"llama.gguf", "half", "f16"}, {"gpt2.gguf", "gpt2", "f32"}}) {
            run("--model", step[0], "--out", step[1], "--type", step[2], "--force");
        }
        Path script = folder.resolve("read_converted.py");
        try (InputStream in = getClass().getResourceAsStream("read_converted.py")) {
            Files.copy(in, script);
        }
        int status = python(script);
        Assumptions.assumeTrue(status != 77, "Python with gguf, torch and transformers is not installed");
        assertEquals(0, status, () -> "see what " + script + " printed");
    }

    private void writeCase(String name) {
        Tensor ids = Tensor.of(Shape.of(IDS.length), new float[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3});
        AtomicFiles.ON_DISK.writeFile(folder.resolve(name + ".case.safetensors"),
                SafetensorsWriter.content(new NamedTensors(Map.of("ids", ids, "logits", logits(name)), Map.of())));
    }

    private int python(Path script) throws InterruptedException {
        try {
            Process process = new ProcessBuilder("python3", script.toString(), folder.toString()).inheritIO().start();
            return process.waitFor(300, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException e) {
            return 77;                                           // no Python here
        }
    }
}
