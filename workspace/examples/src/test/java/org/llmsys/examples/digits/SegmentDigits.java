package org.llmsys.examples.digits;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

import org.llmsys.tensor.RandomStream;

/** Digits as a pocket calculator shows them, at places of their own and under noise: something to learn in a second, in two IDX files. */
final class SegmentDigits {

    static final int SIDE = 16;

    /** Segments of each digit: top, upper left, upper right, middle, lower left, lower right, bottom. */
    private static final int[] SEGMENTS = {0b1110111, 0b0010010, 0b1011101, 0b1011011, 0b0111010, 0b1101011, 0b1101111, 0b1010010, 0b1111111, 0b1111011};

    private SegmentDigits() {
    }

    /** Writes {@code images.idx} and {@code labels.idx}. */
    static void write(Path folder, int count, long seed) throws IOException {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            RandomStream random = RandomStream.at(seed, i);
            labels[i] = (byte) random.nextLong(10);
            pixels.write(picture(labels[i], random));
        }
        Files.write(folder.resolve("images.idx"), idx(pixels.toByteArray(), count, SIDE, SIDE));
        Files.write(folder.resolve("labels.idx"), idx(labels, count));
    }

    /** Unsigned bytes along these extents. */
    static byte[] idx(byte[] numbers, int... extents) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * extents.length + numbers.length);
        file.put(new byte[] {0, 0, 8, (byte) extents.length});
        for (int extent : extents) {
            file.putInt(extent);
        }
        return file.put(numbers).array();
    }

    private static byte[] picture(int digit, RandomStream random) {
        byte[] picture = new byte[SIDE * SIDE];
        int top = 2 + (int) random.nextLong(2);
        int left = 4 + (int) random.nextLong(2);
        for (int i = 0; i < picture.length; i++) {
            int y = i / SIDE - top;
            int x = i % SIDE - left;
            boolean lit = lit(digit, y, x);
            picture[i] = (byte) (lit ? 160 + random.nextLong(96) : random.nextLong(40));
        }
        return picture;
    }

    /** Whether a point of a field of 11 x 6 belongs to a segment that the digit has. */
    private static boolean lit(int digit, int y, int x) {
        if (y < 0 || y > 10 || x < 0 || x > 5) {
            return false;
        }
        int horizontal = y == 0 ? 6 : y == 5 ? 3 : y == 10 ? 0 : -1;
        int vertical = x == 0 ? (y < 5 ? 5 : 2) : x == 5 ? (y < 5 ? 4 : 1) : -1;
        return horizontal >= 0 && (SEGMENTS[digit] >> horizontal & 1) == 1 || vertical >= 0 && (SEGMENTS[digit] >> vertical & 1) == 1;
    }
}
