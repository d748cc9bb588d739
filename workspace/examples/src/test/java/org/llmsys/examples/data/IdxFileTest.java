package org.llmsys.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.assembly.Problem;

class IdxFileTest {

    @TempDir
    Path folder;

    /** Two rows of three unsigned bytes. */
    private static final byte[] GOOD = bytes(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packed.toByteArray();
    }

    private IdxFile read(byte[] content) throws IOException {
        return IdxFile.read(Files.write(folder.resolve("numbers.idx"), content));
    }

    @Test
    @DisplayName("two rows of three bytes are read, unsigned")
    void good() throws IOException {
        IdxFile file = read(GOOD);
        assertArrayEquals(new int[] {2, 3}, file.extents());
        assertEquals(6, file.size());
        assertEquals(1, file.get(0));
        assertEquals(255, file.get(5));
    }

    @Test
    @DisplayName("compressed with gzip it is the same, whatever its name")
    void compressed() throws IOException {
        assertEquals(255, read(gzip(GOOD)).get(5));
    }

    @Test
    @DisplayName("each of the six types is read: big-endian, signed where it says so")
    void types() throws IOException {
        assertEquals(-1, read(bytes(0, 0, 0x09, 1, 0, 0, 0, 1, 255)).get(0));
        assertEquals(-2, read(bytes(0, 0, 0x0B, 1, 0, 0, 0, 1, 255, 254)).get(0));
        assertEquals(258, read(bytes(0, 0, 0x0C, 1, 0, 0, 0, 1, 0, 0, 1, 2)).get(0));
        assertEquals(1.5, read(ByteBuffer.allocate(12).put(bytes(0, 0, 0x0D, 1, 0, 0, 0, 1)).putFloat(1.5f).array()).get(0));
        assertEquals(-0.1, read(ByteBuffer.allocate(16).put(bytes(0, 0, 0x0E, 1, 0, 0, 0, 1)).putDouble(-0.1).array()).get(0));
    }

    @Test
    @DisplayName("no numbers at all are numbers too")
    void empty() throws IOException {
        assertEquals(0, read(bytes(0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 3)).size());
    }

    static Stream<Arguments> damaged() {
        byte[] packed = gzip(GOOD);
        byte[] flipped = packed.clone();
        flipped[packed.length - 6] ^= 1;                                        // in the checksum
        byte[] noise = packed.clone();
        Arrays.fill(noise, 10, noise.length, (byte) 0xff);
        return Stream.of(
                Arguments.of("nothing", new byte[0], "middle of its header"),
                Arguments.of("three bytes", bytes(0, 0, 8), "middle of its header"),
                Arguments.of("an extent cut off", Arrays.copyOf(GOOD, 10), "middle of its header"),
                Arguments.of("text", "IDX, honestly".getBytes(), "two zero bytes"),
                Arguments.of("an unknown type", bytes(0, 0, 0x0A, 1, 0, 0, 0, 0), "type 0a"),
                Arguments.of("no axes", bytes(0, 0, 8, 0), "0 axes"),
                Arguments.of("200 axes", bytes(0, 0, 8, 200), "200 axes"),
                Arguments.of("a negative extent", bytes(0, 0, 8, 1, 0x80, 0, 0, 0), "31 bits"),
                Arguments.of("a product that overflows", bytes(0, 0, 8, 3, 0x7f, -1, -1, -1, 0x7f, -1, -1, -1, 0x7f, -1, -1, -1), "at most"),
                Arguments.of("one number too few", Arrays.copyOf(GOOD, GOOD.length - 1), "holds only 5"),
                Arguments.of("one byte too many", Arrays.copyOf(GOOD, GOOD.length + 1), "holds more"),
                Arguments.of("half a float", bytes(0, 0, 0x0D, 1, 0, 0, 0, 1, 1, 2), "holds only 2"),
                Arguments.of("gzip cut off", Arrays.copyOf(packed, packed.length - 9), "compressed data"),
                Arguments.of("gzip with a wrong checksum", flipped, "damaged"),
                Arguments.of("gzip of noise", noise, "damaged"),
                Arguments.of("gzip of too few", gzip(Arrays.copyOf(GOOD, GOOD.length - 1)), "holds only 5"),
                Arguments.of("gzip of too many", gzip(Arrays.copyOf(GOOD, GOOD.length + 1)), "holds more"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damaged")
    @DisplayName("a damaged file gets one error that names it and says what is wrong")
    void refused(String what, byte[] content, String why) {
        Problem problem = assertThrows(Problem.class, () -> read(content));
        assertTrue(problem.why().contains(why), problem.text());
        assertTrue(problem.getMessage().contains("numbers.idx"), problem.text());
    }

    @Test
    @DisplayName("a gzip bomb is not unfolded: no more is read than the header promises")
    void bomb() throws IOException {
        byte[] zeros = new byte[1 << 24];
        System.arraycopy(GOOD, 0, zeros, 0, 12);
        Problem problem = assertThrows(Problem.class, () -> read(gzip(zeros)));
        assertTrue(problem.why().contains("holds more"), problem.text());
    }

    @Test
    @DisplayName("a file that is not there, and a folder, are said to be that")
    void noFile() {
        assertTrue(assertThrows(Problem.class, () -> IdxFile.read(folder.resolve("none"))).why().contains("no such file"));
        assertTrue(assertThrows(Problem.class, () -> IdxFile.read(folder)).why().contains("folder"));
    }
}
