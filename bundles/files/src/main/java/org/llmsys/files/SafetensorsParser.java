package org.llmsys.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsHeader.Entry;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Reads one open file: length, header, then the data in bounded steps, or from where somebody maps it. */
final class SafetensorsParser {

    /** Bytes read at a time. */
    static final int STEP = 1 << 20;

    private static final int LENGTH_BYTES = 8;

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer;
    private final Findings findings = new Findings();

    /** @param buffer of {@link #STEP} bytes, little endian */
    SafetensorsParser(Path file, FileChannel channel, ByteBuffer buffer) {
        this.file = file;
        this.channel = channel;
        this.buffer = buffer;
    }

    /** Where the elements of a tensor come from. */
    interface Source {

        /** @param position of its first byte in the file */
        Tensor tensor(Entry entry, long position) throws IOException;
    }

    /** @throws Problem that lists everything found wrong */
    NamedTensors parse(boolean requireFinite, Source source) throws IOException {
        long headerLength = headerLength();
        findings.refuse(file);
        long dataStart = LENGTH_BYTES + headerLength;
        SafetensorsHeader header = SafetensorsHeader.parse(bytes(Math.toIntExact(headerLength)), channel.size() - dataStart, findings);
        findings.refuse(file);

        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : header.entries()) {
            Tensor tensor = source.tensor(entry, dataStart + entry.begin());
            if (requireFinite && !FiniteScan.allFinite(tensor)) {
                findings.add("%s holds NaN or an infinity (its data begins at byte %d)", Findings.quote(entry.name()), dataStart + entry.begin());
            }
            tensors.put(entry.name(), tensor);
        }
        findings.refuse(file);
        return new NamedTensors(tensors, header.metadata());
    }

    private long headerLength() throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            findings.add("it has %d bytes, too few for the length of a header", size);
            return 0;
        }
        fill(LENGTH_BYTES);
        long length = buffer.getLong();
        if (length < 0 || length > size - LENGTH_BYTES) {
            findings.add("its header claims %s bytes, the file has %d (byte 0)", Long.toUnsignedString(length), size);
        } else if (length > SafetensorsHeader.MOST_BYTES) {
            findings.add("its header has %d bytes, more than the %d allowed (byte 0)", length, SafetensorsHeader.MOST_BYTES);
        }
        return length;
    }

    /** The next bytes of the file; it was seen to have as many. */
    private byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;) {
            int step = Math.min(STEP, count - read);
            fill(step);
            buffer.get(bytes, read, step);
            read += step;
        }
        return bytes;
    }

    /** Elements as the file has them. */
    Tensor stored(Entry entry, long position) throws IOException {
        return copied(entry, position, entry.element().stored());
    }

    /** Elements of a type that kernels compute in. */
    Tensor widened(Entry entry, long position) throws IOException {
        return copied(entry, position, entry.element().widened());
    }

    private Tensor copied(Entry entry, long position, DType dtype) throws IOException {
        Tensor tensor = zeros(entry, dtype);
        channel.position(position);
        int size = entry.element().bytes();
        for (long at = 0, left = entry.end() - entry.begin(); left > 0;) {
            int step = (int) Math.min(STEP, left);           // STEP is a multiple of every element's size
            fill(step);
            entry.element().read(buffer, tensor.storage(), at);
            at += step / size;
            left -= step;
        }
        return tensor;
    }

    private Tensor zeros(Entry entry, DType dtype) {
        try {
            return Tensor.zeros(dtype, Shape.of(entry.extents()));
        } catch (OutOfMemoryError e) {
            throw new Problem("cannot read " + file, "there is not enough memory for the tensor " + Findings.quote(entry.name()),
                    "give the Java machine more memory (-Xmx) or take a smaller model", Problem.FAILED, e);
        }
    }

    /** Reads exactly this many bytes into the buffer. */
    private void fill(int count) throws IOException {
        buffer.clear().limit(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        buffer.flip();
    }
}
