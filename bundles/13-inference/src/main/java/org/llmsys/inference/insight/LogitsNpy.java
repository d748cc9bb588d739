package org.llmsys.inference.insight;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Reads an array of numbers as {@code numpy.save} writes it.
 *
 * <pre>
 *   93 'NUMPY' major minor   length of header (2 bytes, from version 2 on 4)
 *   {'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 512), }   numbers
 * </pre>
 *
 * <p>Bounded: a header of at most 64 KiB, and exactly as many numbers as the shape says. An {@link IOException} says what is wrong.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The format, as NumPy defines it</a>
 */
final class LogitsNpy {

    private static final int LONGEST_HEADER = 1 << 16;

    private LogitsNpy() {
    }

    static Tensor read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < 12 || !magic(bytes)) {
            throw new IOException("it does not begin as a .npy file");
        }
        int version = bytes.get(6);
        bytes.position(8);
        int length = version == 1 ? bytes.getShort() & 0xffff : bytes.getInt();
        if (length < 0 || length > LONGEST_HEADER || length > bytes.remaining()) {
            throw new IOException("its header of " + length + " bytes does not fit");
        }
        byte[] header = new byte[length];
        bytes.get(header);
        String text = new String(header, StandardCharsets.UTF_8);
        if (!field(text, "fortran_order").startsWith("False")) {
            throw new IOException("its numbers stand column by column: save numpy.ascontiguousarray of it");
        }
        long[] shape = shape(field(text, "shape"));
        return numbers(field(text, "descr"), shape, bytes);
    }

    private static boolean magic(ByteBuffer bytes) {
        return (bytes.get(0) & 0xff) == 0x93 && new String(bytes.array(), 1, 5, StandardCharsets.US_ASCII).equals("NUMPY");
    }

    /** What stands behind {@code 'name':} in the header. */
    private static String field(String header, String name) throws IOException {
        int at = header.indexOf("'" + name + "'");
        int colon = at < 0 ? -1 : header.indexOf(':', at);
        if (colon < 0) {
            throw new IOException("its header has no " + name);
        }
        return header.substring(colon + 1).strip();
    }

    private static long[] shape(String text) throws IOException {
        int end = text.indexOf(')');
        if (!text.startsWith("(") || end < 0) {
            throw new IOException("its shape cannot be read");
        }
        List<Long> extents = new ArrayList<>();
        for (String extent : text.substring(1, end).split(",")) {
            if (!extent.isBlank()) {
                extents.add(Long.parseLong(extent.strip()));
            }
        }
        if (extents.size() > 8 || extents.stream().anyMatch(extent -> extent < 0)) {
            throw new IOException("its shape " + extents + " is none of logits");
        }
        return extents.stream().mapToLong(Long::longValue).toArray();
    }

    private static Tensor numbers(String type, long[] extents, ByteBuffer bytes) throws IOException {
        int width = type.startsWith("'<f2'") ? 2 : type.startsWith("'<f4'") ? 4 : type.startsWith("'<f8'") ? 8 : 0;
        if (width == 0) {
            throw new IOException("its numbers are of type " + type.substring(0, Math.min(6, type.length())) + ": save astype('float32')");
        }
        long count = 1;
        for (long extent : extents) {
            count = extent != 0 && count > bytes.remaining() / extent ? Long.MAX_VALUE / Math.max(1, width) : count * extent;
        }
        if (count != bytes.remaining() / width || bytes.remaining() % width != 0) {
            throw new IOException("it has " + bytes.remaining() + " bytes of numbers, and its shape asks for others");
        }
        float[] numbers = new float[(int) count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = switch (width) {
                case 2 -> Float.float16ToFloat(bytes.getShort());
                case 4 -> bytes.getFloat();
                default -> (float) bytes.getDouble();
            };
        }
        return Tensor.of(Shape.of(extents), numbers);
    }
}
