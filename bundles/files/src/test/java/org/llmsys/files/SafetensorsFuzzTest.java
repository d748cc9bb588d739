package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/** Damaged files: each is refused with a Problem, or read as something that makes sense; never another exception. */
class SafetensorsFuzzTest {

    private static final long SEED = 20_250_101;

    @TempDir
    Path folder;
    private byte[] good;
    private int headerEnd;
    private Path file;

    @BeforeEach
    void writeGoodFile() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("wte.weight", Tensor.zeros(5, 4));
        tensors.put("h.0.ln_1.weight", Tensor.zeros(4));
        tensors.put("empty", Tensor.zeros(0, 4));
        file = folder.resolve("fuzz.safetensors");
        AtomicFiles.ON_DISK.writeFile(file, SafetensorsWriter.content(new NamedTensors(tensors, Map.of("format", "pt"))));
        good = Files.readAllBytes(file);
        headerEnd = 8 + (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(3, SafetensorsReader.read(file, NumberCheck.FINITE).tensors().size());
    }

    @Test
    @DisplayName("cut at any byte, the file is refused")
    void truncated() throws IOException {
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThrows(Problem.class, () -> SafetensorsReader.read(file, NumberCheck.FINITE), "cut at " + length);
        }
    }

    @Test
    @DisplayName("with any one bit of the header flipped, it is refused or read without harm")
    void bitFlips() throws IOException {
        int refused = 0;
        for (int bit = 0; bit < 8 * headerEnd; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            refused += refuses(bad) ? 1 : 0;
        }
        assertTrue(refused > 4 * headerEnd, "only " + refused + " of " + 8 * headerEnd + " were refused");
    }

    @Test
    @DisplayName("2,000 files with random bytes, digits, cuts and copies in them are refused or read without harm")
    void mutants() throws IOException {
        RandomStream random = RandomStream.at(SEED);
        int refused = 0;
        for (int n = 0; n < 2_000; n++) {
            byte[] bad = good.clone();
            for (long changes = 1 + random.nextLong(4); changes > 0; changes--) {
                int at = (int) random.nextLong(headerEnd);
                switch ((int) random.nextLong(4)) {
                    case 0 -> bad[at] = (byte) random.nextLong(256);
                    case 1 -> bad[8 + (int) random.nextLong(headerEnd - 8)] = (byte) ('0' + random.nextLong(10));
                    case 2 -> {
                        int from = (int) random.nextLong(headerEnd);
                        System.arraycopy(good, from, bad, at, (int) random.nextLong(Math.min(headerEnd - at, headerEnd - from) + 1));
                    }
                    default -> bad[at] = (byte) "{}[]\",:-e.".charAt((int) random.nextLong(10));
                }
            }
            refused += refuses(bad) ? 1 : 0;
        }
        assertTrue(refused > 1_500, "only " + refused + " of 2000 were refused");
    }

    /** Anything else than a Problem fails the test. */
    private boolean refuses(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try {
            long elements = SafetensorsReader.read(file, NumberCheck.FINITE).tensors().values().stream().mapToLong(Tensor::size).sum();
            assertTrue(elements * 4 <= good.length * 4L, "read more than the file holds");
            return false;
        } catch (Problem e) {
            assertTrue(e.getMessage().startsWith("cannot read"), e.text());
            return true;
        }
    }
}
