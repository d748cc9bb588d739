package org.llmsys.examples.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

import org.llmsys.assembly.Problem;

/**
 * Numbers in rows, as the MNIST digits are published: a few bytes that say type and extents, then the numbers, row-major, big-endian.
 *
 * <pre>
 *   0 0 type rank   extent[0] … extent[rank - 1] (4 bytes each)   numbers
 *   type: 08 unsigned byte, 09 signed byte, 0B short, 0C int, 0D float, 0E double
 * </pre>
 *
 * <p>A file may be compressed with gzip; its first bytes tell. Nothing that a file says is believed: the product of the extents is bounded
 * and must be exactly what the file holds, and never more is read (a few kilobytes of gzip can unfold to gigabytes).
 *
 * <p>Errors: one {@link Problem} that names the file and what is wrong with it.
 *
 * @param type    one of the six
 * @param extents one or more
 * @param numbers as they stand in the file
 * @see <a href="http://yann.lecun.com/exdb/mnist/">LeCun, Cortes, Burges: the MNIST database, "The IDX file format"</a>
 */
public record IdxFile(Type type, int[] extents, ByteBuffer numbers) {

    /** What the numbers are. */
    public enum Type {
        UNSIGNED_BYTE(0x08, 1), SIGNED_BYTE(0x09, 1), SHORT(0x0B, 2), INT(0x0C, 4), FLOAT(0x0D, 4), DOUBLE(0x0E, 8);

        private final int code;
        private final int bytes;

        Type(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }
    }

    private static final int MOST_BYTES = 1 << 29;
    private static final int MOST_AXES = 8;
    private static final int GZIP = 0x1f8b;

    /** Reads and checks a whole file. */
    public static IdxFile read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw wrong(file, Files.exists(file) ? "it is no file but a folder or a device" : "there is no such file");
        }
        try (InputStream in = unpacked(new BufferedInputStream(Files.newInputStream(file)))) {
            return read(in, file);
        } catch (EOFException cut) {
            throw wrong(file, "it ends in the middle of its header or of its compressed data");
        } catch (ZipException damaged) {
            throw wrong(file, "its compressed data are damaged: " + damaged.getMessage());
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }

    /** Gzip says so in its first two bytes; the name of the file does not matter. */
    private static InputStream unpacked(InputStream in) throws IOException {
        in.mark(2);
        int start = in.read() << 8 | in.read();
        in.reset();
        return start == GZIP ? new GZIPInputStream(in) : in;
    }

    private static IdxFile read(InputStream in, Path file) throws IOException {
        byte[] magic = exactly(in, 4);
        if (magic[0] != 0 || magic[1] != 0) {
            throw wrong(file, "it does not begin with two zero bytes, as IDX files do");
        }
        Type type = Arrays.stream(Type.values()).filter(t -> t.code == magic[2]).findFirst()
                .orElseThrow(() -> wrong(file, String.format("it has numbers of type %02x, and IDX knows 08, 09, 0B, 0C, 0D and 0E", magic[2])));
        int rank = magic[3] & 0xff;
        if (rank < 1 || rank > MOST_AXES) {
            throw wrong(file, "it has " + rank + " axes, not 1 to " + MOST_AXES);
        }
        int[] extents = new int[rank];
        ByteBuffer.wrap(exactly(in, 4 * rank)).asIntBuffer().get(extents);
        int size = size(type, extents, file);
        byte[] numbers = in.readNBytes(size);                          // grows as bytes arrive: a lying header costs nothing
        if (numbers.length < size) {
            throw wrong(file, "it promises " + text(extents) + " numbers, " + size + " bytes, and holds only " + numbers.length);
        }
        if (in.read() >= 0) {
            throw wrong(file, "it holds more than the " + text(extents) + " numbers that it promises");
        }
        return new IdxFile(type, extents, ByteBuffer.wrap(numbers));
    }

    /** The product of the extents in bytes. Each factor is bounded before the next comes in, so nothing overflows. */
    private static int size(Type type, int[] extents, Path file) {
        long size = type.bytes;
        for (int extent : extents) {
            if (extent < 0) {
                throw wrong(file, "an extent does not fit 31 bits");
            }
            size *= extent;
            if (size > MOST_BYTES) {
                throw wrong(file, "it promises " + text(extents) + " numbers, more than the " + MOST_BYTES + " bytes that are read at most");
            }
        }
        return (int) size;
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private static String text(int[] extents) {
        return Arrays.stream(extents).mapToObj(Integer::toString).collect(Collectors.joining(" x "));
    }

    private static Problem wrong(Path file, String why) {
        return Problem.failed("cannot read " + file, why, "give an IDX file, such as MNIST's train-images-idx3-ubyte.gz");
    }

    /** How many numbers there are. */
    public int size() {
        return numbers.limit() / type.bytes;
    }

    /** One number, counted in row-major order. */
    public double get(int i) {
        return switch (type) {
            case UNSIGNED_BYTE -> numbers.get(i) & 0xff;
            case SIGNED_BYTE -> numbers.get(i);
            case SHORT -> numbers.getShort(2 * i);
            case INT -> numbers.getInt(4 * i);
            case FLOAT -> numbers.getFloat(4 * i);
            case DOUBLE -> numbers.getDouble(8 * i);
        };
    }
}
