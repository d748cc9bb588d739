package org.llmsys.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

import org.llmsys.files.AtomicFiles.Sink;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * A tensor's elements as bytes, row-major and little endian, for any writer: its own bits, block types too, in steps of a mebibyte.
 *
 * <p>Where rows lie together, however they follow each other, they are copied as they are; where they do not (a turned matrix), the
 * elements are brought together a few rows at a time, so a view costs no second copy of the tensor.
 */
public final class TensorBytes {

    private static final int STEP = 1 << 20;

    private final MemorySegment source;
    private final DType dtype;
    private final Sink sink;
    private final byte[] buffer;
    private int filled;

    private TensorBytes(Tensor tensor, Sink sink) {
        this.source = tensor.storage().segment();
        this.dtype = tensor.dtype();
        this.sink = sink;
        this.buffer = new byte[(int) Math.min(STEP, dtype.bytes(tensor.size()))];
    }

    /** Gives all bytes of the tensor to the sink. */
    public static void write(Tensor tensor, Sink sink) throws IOException {
        if (tensor.size() == 0) {
            return;
        }
        TensorBytes bytes = new TensorBytes(tensor, sink);
        int last = tensor.shape().rank() - 1;
        if (tensor.isContiguous()) {
            bytes.add(tensor.offset(), tensor.size());
        } else if (tensor.stride(last) == 1) {
            bytes.addRows(tensor);
        } else {
            writeGathered(tensor, sink);
        }
        bytes.flush();
    }

    /** Elements that lie apart: as many of the first axis at a time as fill a step. */
    private static void writeGathered(Tensor tensor, Sink sink) throws IOException {
        long extent = tensor.shape().extent(0);
        long together = Math.max(1, STEP / tensor.dtype().bytes(tensor.size() / extent));
        for (long from = 0; from < extent; from += together) {
            write(tensor.slice(0, from, Math.min(extent, from + together)).copy(), sink);
        }
    }

    private void addRows(Tensor tensor) throws IOException {
        Shape shape = tensor.shape();
        int last = shape.rank() - 1;
        long[] index = new long[shape.rank()];
        long rows = tensor.size() / shape.extent(last);
        for (long row = 0; row < rows; row++) {
            add(tensor.position(index), shape.extent(last));
            for (int axis = last - 1; axis >= 0 && ++index[axis] == shape.extent(axis); axis--) {
                index[axis] = 0;
            }
        }
    }

    /** A run of whole blocks that lies together. */
    private void add(long firstElement, long elements) throws IOException {
        long from = dtype.bytes(firstElement);
        long end = from + dtype.bytes(elements);
        while (from < end) {
            int count = (int) Math.min(end - from, buffer.length - filled);
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, buffer, filled, count);
            filled += count;
            from += count;
            if (filled == buffer.length) {
                flush();
            }
        }
    }

    private void flush() throws IOException {
        sink.write(ByteBuffer.wrap(buffer, 0, filled));
        filled = 0;
    }
}
