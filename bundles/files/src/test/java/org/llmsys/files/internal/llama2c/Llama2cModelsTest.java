package org.llmsys.files.internal.llama2c;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.FailingDisk;
import org.llmsys.files.ModelFile;
import org.llmsys.files.TinyModels;
import org.llmsys.files.internal.RotaryRows;
import org.llmsys.files.internal.gguf.GgufModels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class Llama2cModelsTest {

    private final Llama2cModels format = new Llama2cModels();

    @TempDir
    Path folder;

    @Test
    @DisplayName("version 0: each weight where llama2.c puts it, the rotary numbers skipped, the output's own table behind them")
    void version0() throws IOException {
        ByteBuffer file = start(0).putInt(4).putInt(6).putInt(2).putInt(2).putInt(1).putInt(-3).putInt(5);
        // table 3*4, norms 2*4, q 2*16, k 2*8, v 2*8, o 2*16, norms 2*4, gate 2*24, down 2*24, up 2*24, norm 4, rotary 5*2, output 3*4
        int numbers = 12 + 8 + 32 + 16 + 16 + 32 + 8 + 48 + 48 + 48 + 4 + 10 + 12;
        try (ModelFile read = format.read(write(count(file, numbers)))) {
            assertEquals(2 * 9 + 3, read.tensors().size());
            first(read, "model.embed_tokens.weight", 0, 3, 4);
            first(read, "model.layers.1.input_layernorm.weight", 16, 4);
            first(read, "model.layers.1.self_attn.q_proj.weight", 36, 4, 4);
            first(read, "model.layers.1.self_attn.k_proj.weight", 60, 2, 4);
            first(read, "model.layers.0.self_attn.v_proj.weight", 68, 2, 4);
            first(read, "model.layers.0.self_attn.o_proj.weight", 84, 4, 4);
            first(read, "model.layers.0.post_attention_layernorm.weight", 116, 4);
            first(read, "model.layers.1.mlp.gate_proj.weight", 148, 6, 4);
            first(read, "model.layers.0.mlp.down_proj.weight", 172, 4, 6);
            first(read, "model.layers.0.mlp.up_proj.weight", 220, 6, 4);
            first(read, "model.norm.weight", 268, 4);
            first(read, "lm_head.weight", 282, 3, 4);
            assertEquals(293, read.tensors().get("lm_head.weight").get(2, 3));
            assertTrue(read.config().contains("\"rope_pairing\": \"interleaved\""), read.config());
            assertTrue(read.config().contains("\"tie_word_embeddings\": false"), read.config());
            assertNull(read.tokenizerFile());
        }
    }

    @Test
    @DisplayName("version 1: the norms first, then the table and the matrices; a shared output has no table")
    void version1() throws IOException {
        ByteBuffer file = start(1).putInt(4).putInt(6).putInt(2).putInt(2).putInt(1).putInt(3).putInt(5).put((byte) 1).position(256);
        try (ModelFile read = format.read(write(count(file, 8 + 8 + 4 + 12 + 32 + 16 + 16 + 32 + 48 * 3)))) {
            first(read, "model.layers.1.input_layernorm.weight", 4, 4);
            first(read, "model.layers.0.post_attention_layernorm.weight", 8, 4);
            first(read, "model.norm.weight", 16, 4);
            first(read, "model.embed_tokens.weight", 20, 3, 4);
            first(read, "model.layers.0.self_attn.q_proj.weight", 32, 4, 4);
            first(read, "model.layers.1.mlp.up_proj.weight", 248, 6, 4);
            assertFalse(read.tensors().containsKey("lm_head.weight"));
        }
    }

    @Test
    @DisplayName("version 2: whole numbers times the scale of their group, groups that go over the ends of rows, too")
    void version2() throws IOException {
        ByteBuffer file = start(2).putInt(4).putInt(6).putInt(1).putInt(2).putInt(1).putInt(4).putInt(5).put((byte) 0).putInt(8).position(256);
        count(file, 12);
        for (int size : new int[] {16, 16, 8, 8, 16, 24, 24, 24, 16}) {
            for (int i = 0; i < size; i++) {
                file.put((byte) (i - 7));
            }
            for (int group = 0; group < size / 8; group++) {
                file.putFloat(0.5f * (group + 1));
            }
        }
        try (ModelFile read = format.read(write(file))) {
            Tensor down = read.tensors().get("model.layers.0.mlp.down_proj.weight");
            for (int i = 0; i < 24; i++) {
                assertEquals((i - 7) * 0.5f * (i / 8 + 1), down.get(i / 6, i % 6), "element " + i);
            }
            assertEquals(8, read.tensors().get("lm_head.weight").get(3, 3));
            assertEquals(8, read.tensors().get("model.norm.weight").get(0));
        }
        file.putInt(37, 7);
        refused(file, "not whole groups of 7");
    }

    @Test
    @DisplayName("a model is written as version 0 and comes back: F32, halves interleaved, any type of matrix")
    void written() {
        for (DType dtype : List.of(DType.F32, DType.BF16, DType.Q8_0)) {
            for (boolean tied : new boolean[] {true, false}) {
                ModelFile model = TinyModels.in(dtype, TinyModels.llama("llama", tied, ""));
                Path file = folder.resolve("model.bin");
                format.write(file, model);
                assertTrue(format.recognizes(file));
                try (ModelFile read = format.read(file)) {
                    assertEquals(model.tensors().keySet(), read.tensors().keySet());
                    for (String name : model.tensors().keySet()) {
                        Tensor plain = model.tensors().get(name).onHeap();
                        Tensor expected = name.contains("q_proj") ? RotaryRows.interleaved(plain, 4) : name.contains("k_proj")
                                ? RotaryRows.interleaved(plain, 2) : plain;
                        assertArrayEquals(expected.onHeap().floats(), read.tensors().get(name).onHeap().copy().floats(), name);
                    }
                    Path second = folder.resolve("second.bin");
                    format.write(second, read);
                    assertArrayEquals(bytes(file), bytes(second));
                }
            }
        }
    }

    @Test
    @DisplayName("the tokenizer is written beside it and found again, another's is not; tok*.bin with as many entries serves as well")
    void tokenizer() throws IOException {
        ModelFile model = TinyModels.llama("llama", true, "");
        byte[] eleven = tokenizer(11);
        Path file = folder.resolve("model.bin");
        format.write(file, new ModelFile(model.config(), null, model.tensors(), Map.of(), null, Map.of("tokenizer.bin", eleven)));
        try (ModelFile read = format.read(file)) {
            assertEquals(folder.resolve("tokenizer.bin"), read.tokenizerFile());
        }
        Files.write(folder.resolve("tokenizer.bin"), tokenizer(12));
        try (ModelFile read = format.read(file)) {
            assertNull(read.tokenizerFile());
        }
        Files.write(folder.resolve("tok11.bin"), eleven);
        Files.write(folder.resolve("tok-cut.bin"), Arrays.copyOf(eleven, eleven.length - 1));
        try (ModelFile read = format.read(file)) {
            assertEquals(folder.resolve("tok11.bin"), read.tokenizerFile());
        }
    }

    @Test
    @DisplayName("what the form cannot say is refused by name; pickles are not taken for models")
    void refusals() throws IOException {
        refusedToWrite(TinyModels.llama("qwen2", true, ""), "type qwen2");
        refusedToWrite(TinyModels.llama("llama", true, ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}"), "of the type linear");
        refusedToWrite(TinyModels.llama("llama", true, ", \"rope_parameters\": {\"rope_theta\": 5}"), "the rotary base 5.0");
        refusedToWrite(TinyModels.llama("llama", true, ", \"vocab_size\": 12"), "\"model.embed_tokens.weight\" is (11, 64)");
        refusedToWrite(TinyModels.llama("llama", true, ", \"num_hidden_layers\": 1"), "has no place");
        assertFalse(format.recognizes(Files.write(folder.resolve("pytorch_model.bin"), new byte[] {'P', 'K', 3, 4})));
        assertFalse(format.recognizes(Files.write(folder.resolve("old.bin"), new byte[] {(byte) 0x80, 2, 'c', 'x'})));
        assertFalse(format.recognizes(folder));
    }

    @Test
    @DisplayName("whatever the disk fails at, the old model is whole")
    void failsAtEveryOperation() throws IOException {
        Path file = folder.resolve("model.bin");
        format.write(file, TinyModels.llama("llama", true, ""));
        byte[] before = bytes(file);
        ModelFile model = TinyModels.llama("mistral", false, "");
        ModelFile both = new ModelFile(model.config(), null, model.tensors(), Map.of(), null, Map.of("tokenizer.bin", tokenizer(11)));
        boolean failed = true;
        for (int n = 1; failed; n++) {
            FailingDisk disk = new FailingDisk(n);
            try {
                new Llama2cModels(new AtomicFiles(disk)).write(file, both);
            } catch (Problem e) {
                assertTrue(e.why().contains("the disk is full"), e.text());
            }
            failed = disk.failed();
            if (bytes(file).length == before.length) {
                assertArrayEquals(before, bytes(file), "operation " + n);
            }
            format.read(file).close();
            try (Stream<Path> names = Files.list(folder)) {
                assertTrue(names.noneMatch(name -> name.getFileName().toString().startsWith(".")), "operation " + n);
            }
            Files.write(file, before);
            assertTrue(n < 1000, "the save never succeeded");
        }
    }

    @Test
    @DisplayName("a real model: its weights are those of the GGUF file that llama.cpp made of it, and its tokenizer is found")
    void realModel() {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "skipped: LLMSYS_SHARED is not set");
        Path models = Path.of(shared, "data/models/stories260K");
        try (ModelFile read = format.read(models.resolve("stories260K.bin"));
                ModelFile gguf = new GgufModels().read(models.resolve("stories260K-f32.gguf"))) {
            assertEquals(models.resolve("tok512.bin"), read.tokenizerFile());
            read.tensors().forEach((name, tensor) -> assertArrayEquals(gguf.tensors().get(name).copy().onHeap().floats(),
                    tensor.copy().onHeap().floats(), name));
        }
    }

    private void refusedToWrite(ModelFile model, String why) {
        Path file = folder.resolve("refused.bin");
        Problem problem = assertThrows(Problem.class, () -> format.write(file, model));
        assertTrue(problem.text().contains(why), problem.text());
        assertFalse(Files.exists(file));
    }

    private void refused(ByteBuffer file, String why) throws IOException {
        Path path = write(file);
        Problem problem = assertThrows(Problem.class, () -> format.read(path));
        assertTrue(problem.text().contains(why), problem.text());
    }

    private static void first(ModelFile model, String name, float first, long... extents) {
        Tensor tensor = model.tensors().get(name);
        assertEquals(Shape.of(extents), tensor.shape(), name);
        assertEquals(first, tensor.get(new long[extents.length]), name);
    }

    private static ByteBuffer start(int version) {
        ByteBuffer file = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        return version == 0 ? file : file.putInt(0x616b3432).putInt(version);
    }

    /** 0, 1, 2, ... as F32. */
    private static ByteBuffer count(ByteBuffer file, int numbers) {
        for (int i = 0; i < numbers; i++) {
            file.putFloat(i);
        }
        return file;
    }

    private Path write(ByteBuffer file) throws IOException {
        return Files.write(folder.resolve("hand.bin"), Arrays.copyOf(file.array(), file.position()));
    }

    private static byte[] tokenizer(int entries) {
        ByteBuffer file = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN).putInt(3);
        for (int i = 0; i < entries; i++) {
            file.putFloat(-i).putInt(i % 3 + 1).put("abc".getBytes(StandardCharsets.UTF_8), 0, i % 3 + 1);
        }
        return Arrays.copyOf(file.array(), file.position());
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
