package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;

class GgufReaderTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("keys of every kind and two tensors, one of blocks, are read as they were written")
    void byHand() throws IOException {
        GgufFile file = GgufReader.read(write(good()));
        assertEquals(3, file.version());
        assertEquals("llama", file.text("general.architecture").orElseThrow());
        assertEquals(4_000_000_000L, file.whole("big").orElseThrow());
        assertTrue(file.flag("yes").orElseThrow());
        assertEquals(List.of("a", "é"), file.texts("texts").orElseThrow().values().stream().map(GgufValue.Text::text).toList());
        assertEquals(-2, file.wholes("wholes").orElseThrow().get(1));
        assertEquals(0.5, file.reals("reals").orElseThrow().get(0));
        assertFalse(file.text("absent").isPresent());
        assertThrows(Problem.class, () -> file.text("big"));
        GgufTensor blocks = file.tensors().get(1);
        assertEquals(List.of(64L, 2L), blocks.dimensions());
        assertEquals(DType.Q8_0, blocks.type().dtype().orElseThrow());
        assertEquals(136, blocks.bytes());
        assertEquals(0, file.dataStart() % 32);
        assertTrue(file.complete());
    }

    @Test
    @DisplayName("cut at any byte, the file is refused, unless it is cut where its data begins")
    void truncated() throws IOException {
        byte[] good = good();
        long dataStart = GgufReader.read(write(good)).dataStart();
        for (int length = 0; length < good.length; length++) {
            Path file = write(Arrays.copyOf(good, length));
            if (length == dataStart) {
                assertFalse(GgufReader.read(file).complete());
            } else {
                assertThrows(Problem.class, () -> GgufReader.read(file), "cut at " + length);
            }
        }
    }

    @Test
    @DisplayName("with any bit before the data flipped, and with 2,000 random changes, it is refused or read without harm")
    void damaged() throws IOException {
        byte[] good = good();
        for (int bit = 0; bit < 8 * 300; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            refusedOrSound(bad);
        }
        RandomStream random = RandomStream.at(7);
        for (int n = 0; n < 2_000; n++) {
            byte[] bad = good.clone();
            for (long changes = 1 + random.nextLong(4); changes > 0; changes--) {
                bad[(int) random.nextLong(bad.length)] = (byte) random.nextLong(256);
            }
            refusedOrSound(bad);
        }
    }

    @Test
    @DisplayName("counts and lengths of 2^63 and more are refused before anything is allocated")
    void hugeCounts() throws IOException {
        for (long huge : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 1 << 30}) {
            assertThrows(Problem.class, () -> GgufReader.read(write(start().putLong(huge).putLong(0))));
            assertThrows(Problem.class, () -> GgufReader.read(write(start().putLong(0).putLong(huge))));
            assertThrows(Problem.class, () -> GgufReader.read(write(start().putLong(0).putLong(1).putLong(huge))));
            for (int type : new int[] {0, 6, 8, 9, 12}) {
                ByteBuffer array = text(start().putLong(0).putLong(1), "k").putInt(9).putInt(type).putLong(huge);
                assertThrows(Problem.class, () -> GgufReader.read(write(array)), "array of type " + type);
            }
        }
    }

    @Test
    @DisplayName("llama.cpp's own cases: each ACCEPT file is read, each REJECT file refused")
    void acceptAndReject() throws IOException {
        Path cases = shared("oracles/gguf-files");
        int seen = 0;
        try (Stream<Path> files = Files.list(cases)) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().contains("ACCEPT")) {
                    GgufReader.read(file);
                } else {
                    assertThrows(Problem.class, () -> GgufReader.read(file), file.toString());
                }
                seen++;
            }
        }
        assertTrue(seen > 20, "only " + seen + " cases");
    }

    @Test
    @DisplayName("a real model in five element types: the same keys and tensors, and the data is there")
    void realModel() {
        for (String type : List.of("f32", "F16", "BF16", "Q8_0", "Q4_0")) {
            GgufFile file = GgufReader.read(shared("data/models/stories260K/stories260K-" + type + ".gguf"));
            assertEquals(512, file.texts("tokenizer.ggml.tokens").orElseThrow().values().size());
            assertEquals(48, file.tensors().size());
            assertTrue(file.complete());
        }
    }

    private static Path shared(String name) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null && Files.exists(Path.of(shared, name)), "skipped: LLMSYS_SHARED has no " + name);
        return Path.of(shared, name);
    }

    private void refusedOrSound(byte[] bytes) throws IOException {
        try {
            GgufFile file = GgufReader.read(write(bytes));
            file.tensors().forEach(tensor -> assertTrue(!file.complete() || tensor.offset() + tensor.bytes() <= bytes.length));
        } catch (Problem e) {
            assertTrue(e.getMessage().startsWith("cannot read"), e.text());
        }
    }

    private static byte[] good() {
        ByteBuffer file = start().putLong(2).putLong(6);
        text(text(file, "general.architecture").putInt(8), "llama");
        text(file, "big").putInt(4).putInt((int) 4_000_000_000L);
        text(file, "yes").putInt(7).put((byte) 1);
        text(text(text(file, "texts").putInt(9).putInt(8).putLong(2), "a"), "é");
        text(file, "wholes").putInt(9).putInt(5).putLong(2).putInt(1).putInt(-2);
        text(file, "reals").putInt(9).putInt(6).putLong(1).putFloat(0.5f);
        text(file, "one").putInt(1).putLong(3).putInt(0).putLong(0);
        text(file, "blocks").putInt(2).putLong(64).putLong(2).putInt(8).putLong(32);
        file.position((file.position() + 31) / 32 * 32 + 32 + 160);
        return Arrays.copyOf(file.array(), file.position());
    }

    private static ByteBuffer start() {
        return ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN).putInt(GgufReader.MAGIC).putInt(3);
    }

    private static ByteBuffer text(ByteBuffer file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return file.putLong(bytes.length).put(bytes);
    }

    private Path write(ByteBuffer file) throws IOException {
        return write(Arrays.copyOf(file.array(), file.position()));
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("test.gguf"), bytes);
    }
}
