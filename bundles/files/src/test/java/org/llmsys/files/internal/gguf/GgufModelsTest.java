package org.llmsys.files.internal.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.FailingDisk;
import org.llmsys.files.GgufReader;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.files.ModelFile;
import org.llmsys.files.TensorBytes;
import org.llmsys.files.TinyModels;
import org.llmsys.files.internal.RotaryRows;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class GgufModelsTest {

    private static final String HALVES = ", \"llmsys\": {\"rope_pairing\": \"half-split\"}";

    private final GgufModels format = new GgufModels();

    @TempDir
    Path folder;

    @Test
    @DisplayName("a Llama model comes back in every type with its names, shapes and bits; q and k in interleaved order, vectors in F32")
    void llama() throws IOException {
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0)) {
            ModelFile model = TinyModels.in(dtype, TinyModels.llama("llama", false, ""));
            try (ModelFile read = format.read(write(model))) {
                assertEquals(model.tensors().keySet(), read.tensors().keySet());
                for (String name : model.tensors().keySet()) {
                    Tensor given = model.tensors().get(name);
                    Tensor expected = name.contains("q_proj") ? RotaryRows.interleaved(given, 4) : name.contains("k_proj")
                            ? RotaryRows.interleaved(given, 2) : given;
                    assertEquals(given.shape(), read.tensors().get(name).shape());
                    assertArrayEquals(bytes(expected), bytes(read.tensors().get(name)), dtype + " " + name);
                }
                assertEquals(dtype, read.tensors().get("model.embed_tokens.weight").dtype());
                assertEquals(DType.F32, read.tensors().get("model.norm.weight").dtype());
                JsonObject config = JsonParser.parseString(read.config()).getAsJsonObject();
                assertEquals("llama", config.get("model_type").getAsString());
                assertEquals(2, config.get("num_key_value_heads").getAsInt());
                assertEquals(1e-5, config.get("rms_norm_eps").getAsDouble());
                assertEquals(11, config.get("vocab_size").getAsInt());
                assertFalse(config.get("tie_word_embeddings").getAsBoolean());
                assertEquals("interleaved", config.getAsJsonObject("llmsys").get("rope_pairing").getAsString());
                assertEquals("tiny", read.metadata().get("general.name"));
                assertNull(read.tokenizerFile());
            }
        }
    }

    @Test
    @DisplayName("what was read is written again as the same bytes: the order of rows is not changed twice")
    void again() throws IOException {
        Path first = write(TinyModels.in(DType.Q8_0, TinyModels.llama("llama", true, "")));
        Path second = folder.resolve("second.gguf");
        try (ModelFile read = format.read(first)) {
            format.write(second, read);
        }
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    }

    @Test
    @DisplayName("Qwen 2 keeps the order of its rows and its biases; rows that come interleaved are put in halves")
    void qwen2() throws IOException {
        ModelFile model = TinyModels.llama("qwen2", true, HALVES);
        try (ModelFile read = format.read(write(model))) {
            for (String name : model.tensors().keySet()) {
                assertArrayEquals(bytes(model.tensors().get(name)), bytes(read.tensors().get(name)), name);
            }
            JsonObject config = JsonParser.parseString(read.config()).getAsJsonObject();
            assertEquals("qwen2", config.get("model_type").getAsString());
            assertEquals("half-split", config.getAsJsonObject("llmsys").get("rope_pairing").getAsString());
        }
        Map<String, Tensor> turned = new LinkedHashMap<>(model.tensors());
        String bias = "model.layers.1.self_attn.q_proj.bias";
        turned.put(bias, RotaryRows.interleaved(model.tensors().get(bias), 4).copy().reshape(64));
        try (ModelFile read = format.read(write(new ModelFile(model.config().replace("half-split", "interleaved"), null, turned, Map.of())))) {
            assertArrayEquals(bytes(model.tensors().get(bias)), bytes(read.tensors().get(bias)));
        }
    }

    @Test
    @DisplayName("GPT-2's linear weights lie as (out, in) in the file and come back as (in, out); blocks stay (out, in)")
    void gpt2() throws IOException {
        for (String prefix : List.of("", "transformer.")) {
            ModelFile model = TinyModels.gpt2(prefix, "");
            Path file = write(model);
            assertEquals(List.of(32L, 96L), GgufReader.read(file).tensors().stream().filter(t -> t.name().equals("blk.0.attn_qkv.weight")).findFirst()
                    .orElseThrow().dimensions());
            try (ModelFile read = format.read(file)) {
                for (String name : model.tensors().keySet()) {
                    Tensor there = read.tensors().get(name.substring(prefix.length()));
                    assertEquals(model.tensors().get(name).shape(), there.shape());
                    assertArrayEquals(bytes(model.tensors().get(name)), bytes(there), name);
                }
                assertTrue(JsonParser.parseString(read.config()).getAsJsonObject().get("tie_word_embeddings").getAsBoolean());
            }
        }
        try (ModelFile read = format.read(write(TinyModels.in(DType.F16, TinyModels.gpt2("", ""))))) {
            assertEquals(DType.F16, read.tensors().get("h.0.mlp.c_fc.weight").dtype());
            assertEquals(DType.F32, read.tensors().get("wpe.weight").dtype());
        }
        Map<String, Tensor> blocks = new LinkedHashMap<>(TinyModels.gpt2("", "").tensors());
        String name = "h.0.attn.c_attn.weight";
        blocks.put(name, blocks.get(name).transpose(0, 1).to(DType.Q8_0));
        try (ModelFile read = format.read(write(new ModelFile(TinyModels.gpt2("", "").config(), null, blocks, Map.of())))) {
            assertEquals(Shape.of(96, 32), read.tensors().get(name).shape());
            assertArrayEquals(bytes(blocks.get(name)), bytes(read.tensors().get(name)));
        }
    }

    @Test
    @DisplayName("head_dim, linear and Llama 3 scaling, and the tokenizer's keys come back")
    void options() throws IOException {
        byte[] keys = GgufWriter.header(Map.of("tokenizer.ggml.model", GgufValue.of("llama"), "general.architecture", GgufValue.of("other")),
                List.of());
        String llama3 = ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 2, \"high_freq_factor\": 5,"
                + " \"original_max_position_embeddings\": 20}";
        ModelFile model = TinyModels.llama("llama", true, llama3);
        Path file = folder.resolve("options.gguf");
        format.write(file, new ModelFile(model.config(), null, model.tensors(), Map.of(), null, Map.of("tokenizer.gguf", keys)));
        try (ModelFile read = format.read(file)) {
            JsonObject scaling = JsonParser.parseString(read.config()).getAsJsonObject().getAsJsonObject("rope_scaling");
            assertEquals(8, scaling.get("factor").getAsDouble(), 1e-6);
            Llama3Frequencies found = new Llama3Frequencies(8, scaling.get("low_freq_factor").getAsDouble(),
                    scaling.get("high_freq_factor").getAsDouble(),
                    scaling.get("original_max_position_embeddings").getAsDouble());
            assertArrayEquals(new Llama3Frequencies(8, 2, 5, 20).divisors(10000, 8), found.divisors(10000, 8), 1e-4f);
            assertEquals(file, read.tokenizerFile());
            assertEquals(model.tensors().keySet(), read.tensors().keySet());
            assertEquals("llama", GgufReader.read(file).text("general.architecture").orElseThrow());
        }
        ModelFile linear = TinyModels.llama("llama", true, ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4}");
        try (ModelFile read = format.read(write(linear))) {
            assertEquals("linear",
                    JsonParser.parseString(read.config()).getAsJsonObject().getAsJsonObject("rope_scaling").get("rope_type").getAsString());
        }
    }

    @Test
    @DisplayName("YaRN's factor and first length come back; its usual numbers may be said or left out; dynamic stretching is none up to the context")
    void yarn() {
        for (String usual : new String[] {"", ", \"beta_fast\": 32.0, \"beta_slow\": 1, \"truncate\": true, \"attention_factor\": 1.138629436111989"}) {
            ModelFile yarn = TinyModels.llama("llama", true, ", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 6"
                    + usual + "}");
            try (ModelFile read = format.read(write(yarn))) {
                var scaling = JsonParser.parseString(read.config()).getAsJsonObject().getAsJsonObject("rope_scaling");
                assertEquals("yarn", scaling.get("rope_type").getAsString());
                assertEquals(4, scaling.get("factor").getAsDouble());
                assertEquals(6, scaling.get("original_max_position_embeddings").getAsInt());
            }
        }
        try (ModelFile read = format.read(write(TinyModels.llama("llama", true, ", \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4}")))) {
            assertFalse(read.config().contains("rope_scaling"));
        }
    }

    @Test
    @DisplayName("what GGUF cannot say is refused by name, and no file is left")
    void refusedToWrite() {
        refusedToWrite(TinyModels.gpt2("", ", \"llmsys\": {\"position\": \"rope\"}"), "positions other than learned");
        refusedToWrite(TinyModels.llama("bert", true, ""), "the architectures known here are [llama, qwen2, gpt2]");
        refusedToWrite(TinyModels.llama("llama", true, ", \"rope_scaling\": {\"type\": \"longrope\", \"factor\": 4}"), "of the type longrope");
        refusedToWrite(TinyModels.llama("llama", true, ", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"beta_fast\": 16}"), "of the type yarn");
        refusedToWrite(TinyModels.in(DType.F64, TinyModels.llama("llama", true, "")), "F64");
        refusedToWrite(with("other.weight", Tensor.zeros(1)), "\"other.weight\" has no name");
        refusedToWrite(with("model.norm.weight", null), "\"model.norm.weight\" is missing");
        refusedToWrite(with("model.norm.weight", Tensor.of(Shape.of(1), Float.NaN)), "NaN");
    }

    private ModelFile with(String name, Tensor tensor) {
        ModelFile model = TinyModels.llama("llama", true, "");
        Map<String, Tensor> tensors = new LinkedHashMap<>(model.tensors());
        tensors.remove(name);
        if (tensor != null) {
            tensors.put(name, tensor);
        }
        return new ModelFile(model.config(), null, tensors, Map.of());
    }

    private void refusedToWrite(ModelFile model, String why) {
        Path file = folder.resolve("refused.gguf");
        Problem problem = assertThrows(Problem.class, () -> format.write(file, model));
        assertTrue(problem.text().contains(why), problem.text());
        assertFalse(Files.exists(file));
    }

    @Test
    @DisplayName("whatever the disk fails at, the old file is whole and nothing else is left")
    void failsAtEveryOperation() throws IOException {
        ModelFile old = TinyModels.llama("llama", true, "");
        Path file = write(old);
        byte[] before = Files.readAllBytes(file);
        boolean failed = true;
        for (int n = 1; failed; n++) {
            FailingDisk disk = new FailingDisk(n);
            try {
                new GgufModels(new AtomicFiles(disk)).write(file, TinyModels.llama("qwen2", false, ""));
            } catch (Problem e) {
                assertTrue(e.why().contains("the disk is full"), e.text());
            }
            failed = disk.failed();
            byte[] now = Files.readAllBytes(file);
            if (now.length == before.length) {
                assertArrayEquals(before, now, "operation " + n);
            }
            format.read(file).close();
            try (Stream<Path> names = Files.list(folder)) {
                assertEquals(List.of(file), names.toList(), "operation " + n);
            }
            assertTrue(n < 1000, "the save never succeeded");
            Files.write(file, before);
        }
    }

    @Test
    @DisplayName("a real model in five types: configuration, 48 tensors, and its tokenizer lies in it")
    void realModel() {
        for (String type : List.of("f32", "F16", "BF16", "Q8_0", "Q4_0")) {
            String shared = System.getenv("LLMSYS_SHARED");
            Assumptions.assumeTrue(shared != null, "skipped: LLMSYS_SHARED is not set");
            Path file = Path.of(shared, "data/models/stories260K/stories260K-" + type + ".gguf");
            assertTrue(format.recognizes(file));
            try (ModelFile read = format.read(file)) {
                assertEquals(48, read.tensors().size());
                assertEquals(Shape.of(172, 64), read.tensors().get("model.layers.4.mlp.gate_proj.weight").shape());
                assertEquals(file, read.tokenizerFile());
                assertTrue(read.config().contains("\"vocab_size\": 512"), read.config());
            }
        }
    }

    private Path write(ModelFile model) {
        Path file = folder.resolve("model.gguf");
        format.write(file, model);
        assertTrue(format.recognizes(file));
        return file;
    }

    private static byte[] bytes(Tensor tensor) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TensorBytes.write(tensor, buffer -> {
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            out.writeBytes(part);
        });
        return out.toByteArray();
    }
}
