package org.llmsys.files.internal.llama2c;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.files.Findings;
import org.llmsys.files.FiniteScan;
import org.llmsys.files.internal.llama2c.Llama2cLayout.Part;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/**
 * The weights of a llama2.c file, whose length must be exactly what its header says. F32 is mapped, once for the whole file; whole numbers
 * times scales become F32 on the heap.
 */
final class Llama2cReader {

    private static final int STEP = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final Findings findings = new Findings();

    private Llama2cReader(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** What was read. */
    record Content(Llama2cHeader header, Map<String, Tensor> tensors) {
    }

    /** @throws Problem that lists everything wrong */
    static Content read(Path file, FileMapping mapping) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Llama2cReader(file, channel).content(mapping);
        } catch (NoSuchFileException e) {
            throw Problem.failed("cannot read " + file, "there is no such file", "give the path of a .bin file");
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }

    private Content content(FileMapping mapping) throws IOException {
        long length = channel.size();
        Llama2cHeader header = Llama2cHeader.parse(bytes(0, (int) Math.min(length, Llama2cHeader.BYTES)), findings);
        findings.refuse(file);
        Llama2cLayout layout = Llama2cLayout.of(header, findings);
        findings.refuse(file);
        if (layout.bytes() != length) {
            findings.add("it has %d bytes where its header asks for %d", length, layout.bytes());
        }
        findings.refuse(file);
        Storage mapped = mapping.map(file, header.dataStart(), DType.F32, (length - header.dataStart()) / Float.BYTES, "weights");
        try {
            return new Content(header, tensors(header, layout, mapped));
        } catch (IOException | Problem e) {
            mapped.close();
            throw e;
        }
    }

    private Map<String, Tensor> tensors(Llama2cHeader header, Llama2cLayout layout, Storage mapped) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Part part : layout.parts()) {
            Tensor tensor = part.quantized() ? dequantized(part, header.groupSize())
                    : new Tensor(mapped, part.shape(), part.shape().rowMajorStrides(), (part.begin() - header.dataStart()) / Float.BYTES);
            if (!FiniteScan.allFinite(tensor)) {
                findings.add("%s holds NaN or an infinity (its data begins at byte %d)", Findings.quote(part.name()), part.begin());
            }
            tensors.put(part.name(), tensor);
        }
        findings.refuse(file);
        return tensors;
    }

    /** Element i is number i times the scale of group i / groupSize. */
    private Tensor dequantized(Part part, int groupSize) throws IOException {
        Tensor tensor = zeros(part);
        float[] out = tensor.floats();
        long scales = part.begin() + out.length;
        int groups = Math.max(1, STEP / groupSize);
        for (int first = 0; first < out.length; first += groups * groupSize) {
            int count = Math.min(groups * groupSize, out.length - first);
            byte[] numbers = bytes(part.begin() + first, count);
            ByteBuffer scale = ByteBuffer.wrap(bytes(scales + (long) first / groupSize * Float.BYTES, count / groupSize * Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                out[first + i] = numbers[i] * scale.getFloat(i / groupSize * Float.BYTES);
            }
            if (first > out.length - groups * groupSize) {
                break;                                       // the next step would overflow an int
            }
        }
        return tensor;
    }

    private Tensor zeros(Part part) {
        try {
            return Tensor.zeros(DType.F32, part.shape());
        } catch (OutOfMemoryError e) {
            throw new Problem("cannot read " + file, "there is not enough memory for the tensor " + Findings.quote(part.name()),
                    "give the Java machine more memory (-Xmx) or take a smaller model", Problem.FAILED, e);
        }
    }

    private byte[] bytes(long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return bytes.array();
    }
}
