package org.llmsys.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.files.internal.blocks.BlockDecoder;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * The tensors of a GGUF file, under the names it gives them, with shapes the usual way round: dimensions [columns, rows] are (rows, columns).
 *
 * <pre>
 *   F32 F64 F16 BF16 Q8_0 Q4_0 I32 I64      mapped: the file's own bytes, not copied, until the storage is closed
 *   Q4_1 Q5_0 Q5_1 Q4_K Q5_K Q6_K           become F32 on the heap
 *   every other type                        refused by its name
 * </pre>
 *
 * <p>Errors: one {@link Problem} with every tensor of a type that is not read here, or with every tensor that holds NaN or an infinity.
 *
 * <pre>{@code
 * GgufFile header = GgufReader.read(file);
 * Map<String, Tensor> tensors = GgufData.read(file, header, NumberCheck.FINITE, FileMapping.create(), "weights");
 * }</pre>
 */
public final class GgufData {

    /** Blocks decoded at a time. */
    private static final int TOGETHER = 4096;
    private static final int NAMES_SHOWN = 5;

    private final Path file;
    private final GgufFile header;
    private final Findings findings = new Findings();

    private GgufData(Path file, GgufFile header) {
        this.file = file;
        this.header = header;
    }

    /**
     * Reads every tensor.
     *
     * @param header  what {@link GgufReader#read} says of this file
     * @param numbers whether NaN and infinities are let through; {@link NumberCheck#FINITE} looks at all of the data
     * @param owner   in the statistics of the mapping
     */
    public static Map<String, Tensor> read(Path file, GgufFile header, NumberCheck numbers, FileMapping mapping, String owner) {
        if (!header.complete() || header.tensors().isEmpty()) {
            throw Problem.failed("cannot read a model from " + file, "it holds no weights", "give the GGUF file of a whole model");
        }
        GgufData data = new GgufData(file, header);
        data.refuseUnknownTypes();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (GgufTensor tensor : header.tensors()) {
                Tensor read = data.tensor(tensor, channel, mapping, owner);
                tensors.put(tensor.name(), read);
                if (numbers == NumberCheck.FINITE && !FiniteScan.allFinite(read)) {
                    data.findings.add("%s holds NaN or an infinity (its data begins at byte %d)", Findings.quote(tensor.name()),
                            header.dataStart() + tensor.offset());
                }
            }
            data.findings.refuse(file);
            return tensors;
        } catch (Problem refused) {
            close(tensors);
            throw refused;
        } catch (IOException e) {
            close(tensors);
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }

    private static void close(Map<String, Tensor> tensors) {
        tensors.values().forEach(tensor -> tensor.storage().close());
    }

    private void refuseUnknownTypes() {
        Map<GgufType, List<String>> unknown = new EnumMap<>(GgufType.class);
        for (GgufTensor tensor : header.tensors()) {
            Optional<BlockDecoder> decoder = BlockDecoder.of(tensor.type());
            if (tensor.type().dtype().isEmpty() && decoder.isEmpty()) {
                unknown.computeIfAbsent(tensor.type(), type -> new ArrayList<>()).add(Findings.quote(tensor.name()));
            } else if (decoder.isPresent() && shape(tensor).size() > Integer.MAX_VALUE - 8) {
                findings.add("%s has %d elements, more than an array holds", Findings.quote(tensor.name()), shape(tensor).size());
            }
        }
        unknown.forEach((type, names) -> findings.add("%d of its tensors have elements of the type %s, which is not read here: %s%s",
                names.size(), type, String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size()))),
                names.size() > NAMES_SHOWN ? ", …" : ""));
        findings.refuse(file);
    }

    private Tensor tensor(GgufTensor tensor, FileChannel channel, FileMapping mapping, String owner) throws IOException {
        Shape shape = shape(tensor);
        Optional<DType> dtype = tensor.type().dtype();
        if (dtype.isEmpty()) {
            return decoded(tensor, shape, channel);
        }
        return shape.size() == 0 ? Tensor.zeros(dtype.get(), shape)
                : Tensor.of(mapping.map(file, header.dataStart() + tensor.offset(), dtype.get(), shape.size(), owner), shape);
    }

    private Tensor decoded(GgufTensor tensor, Shape shape, FileChannel channel) throws IOException {
        Tensor numbers = zeros(tensor, shape);
        float[] out = numbers.floats();
        BlockDecoder decoder = BlockDecoder.of(tensor.type()).orElseThrow();
        int blockBytes = tensor.type().blockBytes();
        byte[] blocks = new byte[(int) Math.min(tensor.bytes(), (long) TOGETHER * blockBytes)];
        int at = 0;
        for (long read = 0; read < tensor.bytes(); read += blocks.length) {
            int count = (int) Math.min(blocks.length, tensor.bytes() - read);
            fill(channel, ByteBuffer.wrap(blocks, 0, count), header.dataStart() + tensor.offset() + read);
            for (int block = 0; block < count; block += blockBytes) {
                decoder.decode(blocks, block, out, at);
                at += tensor.type().blockSize();
            }
        }
        return numbers;
    }

    private Tensor zeros(GgufTensor tensor, Shape shape) {
        try {
            return Tensor.zeros(DType.F32, shape);
        } catch (OutOfMemoryError e) {
            throw new Problem("cannot read " + file, "there is not enough memory for the tensor " + Findings.quote(tensor.name())
                    + ", which becomes F32",
                    "give the Java machine more memory (-Xmx), or take the model in Q8_0 or Q4_0, which stay in the file", Problem.FAILED, e);
        }
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long next = position;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, next);
            if (count < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            next += count;
        }
    }

    private static Shape shape(GgufTensor tensor) {
        return Shape.of(tensor.dimensions().reversed().stream().mapToLong(Long::longValue).toArray());
    }
}
