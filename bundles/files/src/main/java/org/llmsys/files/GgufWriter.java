package org.llmsys.files;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Writes GGUF files, version 3, as {@link GgufReader} reads them: what stands before the data, or all of it.
 *
 * <pre>
 *   "GGUF" | 3 | number of tensors | number of keys | keys and values | tensor descriptions | padding to the alignment | data
 * </pre>
 *
 * <p>A whole number from 0 to 2^32-1 is written with 32 bits and no sign, any other with 64 bits; a real number with 32 bits: the types
 * that readers expect of the common keys. Arrays keep the width they have.
 *
 * <pre>{@code
 * byte[] vocabulary = GgufWriter.header(Map.of("general.architecture", GgufValue.of("llama")), List.of());
 * }</pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">The format</a>
 */
public final class GgufWriter {

    /** Where data begins when a file does not name another alignment. */
    public static final int ALIGNMENT = 32;

    private static final int VERSION = 3;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private GgufWriter() {
    }

    /**
     * The bytes before the data, filled up to the alignment.
     *
     * @param metadata key to value, in the order in which they are written; without {@code general.alignment}
     * @param tensors  in the order of their data, with offsets that are multiples of {@link #ALIGNMENT}
     */
    public static byte[] header(Map<String, GgufValue> metadata, List<GgufTensor> tensors) {
        GgufWriter writer = new GgufWriter();
        writer.u32(GgufReader.MAGIC);
        writer.u32(VERSION);
        writer.u64(tensors.size());
        writer.u64(metadata.size());
        metadata.forEach((key, value) -> {
            writer.text(key.getBytes(StandardCharsets.UTF_8));
            writer.value(value);
        });
        for (GgufTensor tensor : tensors) {
            writer.text(tensor.name().getBytes(StandardCharsets.UTF_8));
            writer.u32(tensor.dimensions().size());
            tensor.dimensions().forEach(writer::u64);
            writer.u32(tensor.type().number());
            writer.u64(tensor.offset());
        }
        writer.out.writeBytes(new byte[-writer.out.size() & (ALIGNMENT - 1)]);
        return writer.out.toByteArray();
    }

    /**
     * A tensor to be written.
     *
     * @param shape what the file shall say, the usual way round
     * @param data  as many elements, in the order in which they shall stand; a view of any shape whose rows are whole blocks
     */
    public record Content(String name, Shape shape, Tensor data) {
    }

    /**
     * The bytes of a file, for {@link AtomicFiles}: given out in steps, so that a model is never in memory twice.
     *
     * @throws Problem for a tensor that GGUF has no type or no name for
     */
    public static AtomicFiles.FileContent content(Map<String, GgufValue> metadata, List<Content> tensors) {
        List<GgufTensor> layout = new ArrayList<>();
        long offset = 0;
        for (Content tensor : tensors) {
            GgufTensor described = describe(tensor, offset);
            layout.add(described);
            offset = Math.addExact(offset, GgufTensors.padded(described.bytes(), ALIGNMENT));
        }
        byte[] header = header(metadata, layout);
        return sink -> {
            sink.write(ByteBuffer.wrap(header));
            for (int i = 0; i < tensors.size(); i++) {
                TensorBytes.write(tensors.get(i).data(), sink);
                sink.write(ByteBuffer.allocate((int) (-layout.get(i).bytes() & (ALIGNMENT - 1))));
            }
        };
    }

    private static GgufTensor describe(Content tensor, long offset) {
        DType dtype = tensor.data().dtype();
        GgufType type = Arrays.stream(GgufType.values()).filter(t -> t.dtype().filter(dtype::equals).isPresent()).findFirst().orElseThrow();
        int rank = tensor.shape().rank();
        if (rank < 1 || rank > GgufTensors.HIGHEST_RANK || tensor.shape().size() != tensor.data().size()
                || tensor.name().getBytes(StandardCharsets.UTF_8).length > GgufTensors.LONGEST_NAME) {
            throw Problem.failed("cannot write the tensor " + Findings.quote(tensor.name()) + " " + tensor.shape() + " to a GGUF file",
                    "a tensor has 1 to "
                    + GgufTensors.HIGHEST_RANK + " dimensions and a name of " + GgufTensors.LONGEST_NAME + " bytes", "give it another name or shape");
        }
        List<Long> dimensions = Arrays.stream(tensor.shape().extents()).boxed().toList().reversed();
        return new GgufTensor(tensor.name(), type, dimensions, offset, dtype.bytes(tensor.data().size()));
    }

    private void value(GgufValue value) {
        switch (value) {
            case GgufValue.Whole whole when whole.value() >>> 32 == 0 -> {
                u32(4);
                u32((int) whole.value());
            }
            case GgufValue.Whole whole -> {
                u32(11);
                u64(whole.value());
            }
            case GgufValue.Real real -> {
                u32(6);
                u32(Float.floatToRawIntBits((float) real.value()));
            }
            case GgufValue.Flag flag -> {
                u32(7);
                out.write(flag.value() ? 1 : 0);
            }
            case GgufValue.Text text -> {
                u32(8);
                text(text.utf8());
            }
            case GgufValue.Texts texts -> {
                array(8, texts.values().size());
                texts.values().forEach(text -> text(text.utf8()));
            }
            case GgufValue.Wholes wholes -> {
                array(wholeType(wholes), wholes.size());
                bytes(wholes.data());
            }
            case GgufValue.Reals reals -> {
                array(reals.elementBytes() == 4 ? 6 : 12, reals.size());
                bytes(reals.data());
            }
        }
    }

    /** The number of an array's element type: u8 0, i8 1, u16 2, i16 3, u32 4, i32 5, u64 10, i64 11. */
    private static int wholeType(GgufValue.Wholes wholes) {
        int unsigned = switch (wholes.elementBytes()) {
            case 1 -> 0;
            case 2 -> 2;
            case 4 -> 4;
            default -> 10;
        };
        return wholes.signed() ? unsigned + 1 : unsigned;
    }

    private void array(int type, int size) {
        u32(9);
        u32(type);
        u64(size);
    }

    private void text(byte[] utf8) {
        u64(utf8.length);
        out.writeBytes(utf8);
    }

    private void bytes(ByteBuffer data) {
        byte[] copy = new byte[data.limit()];
        data.get(0, copy);
        out.writeBytes(copy);
    }

    private void u32(int value) {
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    private void u64(long value) {
        out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }
}
