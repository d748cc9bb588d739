package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Rows of logits in three forms of file. */
class LogitsFilesTest {

    private static final float[] FIRST = {0.5f, -1.25f, 3f};
    private static final float[] SECOND = {2f, 0f, -0.125f};

    private static final String NUMPY = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA/AACgvwAAQEAAAABAAAAAAAAAAL4=";

    @TempDir
    Path folder;

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private void assertRows(Path file) {
        List<float[]> rows = LogitsFiles.read(file);
        assertEquals(2, rows.size());
        assertArrayEquals(FIRST, rows.get(0));
        assertArrayEquals(SECOND, rows.get(1));
        assertTrue(LogitsFiles.isOne(file));
    }

    /** A header as numpy writes it, padded to 64 bytes with the magic before it. */
    private static byte[] npy(String type, String order, String shape, byte[] numbers) {
        String header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        byte[] bytes = new byte[10 + header.length() + numbers.length];
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), (byte) (header.length() >> 8)};
        System.arraycopy(magic, 0, bytes, 0, 10);
        System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, bytes, 10, header.length());
        System.arraycopy(numbers, 0, bytes, 10 + header.length(), numbers.length);
        return bytes;
    }

    private static byte[] numbers(int width) {
        ByteBuffer bytes = ByteBuffer.allocate(6 * width).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : List.of(FIRST, SECOND)) {
            for (float number : row) {
                switch (width) {
                    case 2 -> bytes.putShort(Float.floatToFloat16(number));
                    case 4 -> bytes.putFloat(number);
                    default -> bytes.putDouble(number);
                }
            }
        }
        return bytes.array();
    }

    @Test
    @DisplayName("the bytes that numpy 2 saves for numpy.array([[0.5, -1.25, 3], [2, 0, -0.125]], 'float32')")
    void asNumpyWritesIt() throws IOException {
        assertRows(file("a.npy", Base64.getDecoder().decode(NUMPY)));
    }

    @Test
    @DisplayName("arrays of three widths, with and without an axis for a batch of one, and a single row")
    void npy() throws IOException {
        assertRows(file("f4.npy", npy("<f4", "False", "(2, 3)", numbers(4))));
        assertRows(file("f8.npy", npy("<f8", "False", "(1, 2, 3)", numbers(8))));
        assertRows(file("f2.npy", npy("<f2", "False", "(2,3)", numbers(2))));
        assertEquals(6, LogitsFiles.read(file("row.npy", npy("<f4", "False", "(6,)", numbers(4)))).getFirst().length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[[0.5, -1.25, 3], [2, 0, -0.125]]", "[[[0.5, -1.25, 3], [2, 0, -0.125]]]",
            "{\"ids\": [1], \"logits\": [[0.5,-1.25,3],[2,0,-0.125]]}"})
    @DisplayName("rows in JSON, bare, in one more array, or in an object")
    void json(String text) throws IOException {
        assertRows(file("a.json", text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @DisplayName("a tensor called logits among others, or the only one; a file with a config.json beside it is a model")
    void safetensors() throws IOException {
        Tensor logits = Tensor.of(Shape.of(1, 2, 3), 0.5f, -1.25f, 3, 2, 0, -0.125f);
        Path file = folder.resolve("a.safetensors");
        AtomicFiles.ON_DISK.writeFile(file, SafetensorsWriter.content(new NamedTensors(Map.of("logits", logits, "hook_embed", Tensor.zeros(2)),
                Map.of())));
        assertRows(file);
        Path other = folder.resolve("model.safetensors");
        AtomicFiles.ON_DISK.writeFile(other, SafetensorsWriter.content(new NamedTensors(Map.of("wte", logits, "wpe", Tensor.zeros(2)), Map.of())));
        assertThrows(Problem.class, () -> LogitsFiles.read(other));
        Files.writeString(folder.resolve("config.json"), "{}");
        assertFalse(LogitsFiles.isOne(other));
        assertFalse(LogitsFiles.isOne(folder));
    }

    @Test
    @DisplayName("a file that is something else is a problem that says so")
    void refuses() throws IOException {
        byte[] good = npy("<f4", "False", "(2, 3)", numbers(4));
        List<byte[]> bad = List.of(new byte[0], Arrays.copyOf(good, 9), Arrays.copyOf(good, good.length - 1),
                npy("<i4", "False", "(2, 3)", numbers(4)),
                npy("<f4", "True", "(2, 3)", numbers(4)), npy("<f4", "False", "(2, 4)", numbers(4)), npy("<f4", "False", "(-2, -3)", numbers(4)),
                npy("<f4", "False", "(4611686018427387904, 4)", new byte[0]), npy("<f4", "False", "(0, 3)", new byte[0]),
                npy("<f4", "False", "(2, 1, 3)", numbers(4)), npy("<f4", "False", "(x,)", numbers(4)), npy("<f4", "False", "2", numbers(4)));
        for (byte[] bytes : bad) {
            assertThrows(Problem.class, () -> LogitsFiles.read(file("bad.npy", bytes)), () -> Arrays.toString(bytes));
        }
        for (String text : List.of("", "{}", "[]", "[[]]", "[[1, 2], [3]]", "[[1, \"a\"]]", "[1, 2", "{\"logits\": 3}", "[[[[1]]]]", "null")) {
            assertThrows(Problem.class, () -> LogitsFiles.read(file("bad.json", text.getBytes(StandardCharsets.UTF_8))), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fuzz.npy", "fuzz.json"})
    @DisplayName("whatever bytes of a good file are changed, it is read or refused, never anything else")
    void fuzz(String name) throws IOException {
        byte[] good = name.endsWith(".npy") ? npy("<f4", "False", "(2, 3)", numbers(4))
                : "{\"ids\": [1, 2], \"logits\": [[0.5, -1.25e0, 3], [2, 0, -0.125]]}".getBytes(StandardCharsets.UTF_8);
        Random random = new Random(1);
        for (int n = 0; n < 400; n++) {
            byte[] bytes = good.clone();
            for (int i = 0; i <= random.nextInt(3); i++) {
                bytes[random.nextInt(random.nextBoolean() ? 12 : bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                LogitsFiles.read(file(name, bytes));
            } catch (Problem refused) {
                assertTrue(refused.text().contains(name));
            }
        }
    }
}
