package org.llmsys.tensor;

import java.lang.foreign.MemorySegment;

import org.llmsys.tensor.internal.SegmentStorage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A run of elements of one type, wherever it lies. Made by a {@link TensorAllocator}; {@link #close} tells it that nobody needs
 * the elements any more, and what an allocator gave out answers every later access with a {@link org.llmsys.assembly.Problem}. Closing
 * twice is harmless. Reading and writing single elements converts; kernels use {@link #floats()} where it is there.
 */
@ProviderType
public interface Storage extends AutoCloseable {

    DType dtype();

    /** Number of elements. */
    long size();

    /** Element {@code index}, converted to double (exact for every type but I64). */
    double getDouble(long index);

    /** Sets element {@code index}, converted from double and rounded once. A block type, or a mapped file, refuses. */
    void setDouble(long index, double value);

    /** Element {@code index} of an integer type (exact for I64); a floating type is truncated. */
    long getLong(long index);

    void setLong(long index, long value);

    /** The array behind a heap storage of F32, which is the fast path; null for every other storage. */
    float[] floats();

    /** The array behind a heap storage of F64; null for every other storage. */
    double[] doubles();

    /**
     * The memory itself, for kernels that read it in bulk and for files: {@code dtype().bytes(size())} bytes in the machine's order, which
     * is little endian wherever this runs. It is no longer valid when the storage is closed, and read only where a file is mapped. Null for
     * a storage that has its elements in another form and computes each when it is asked for.
     */
    MemorySegment segment();

    /** Whether the storage was closed. */
    boolean closed();

    @Override
    void close();

    /**
     * Memory that somebody else owns, as storage: nothing is copied, counted or freed. The owner keeps it as long as a tensor views it.
     *
     * <pre>{@code
     * Tensor t = Tensor.of(Storage.over(DType.F32, 6, segment), Shape.of(2, 3));
     * }</pre>
     *
     * @param segment {@code dtype.bytes(size)} bytes, little endian, at any address
     */
    static Storage over(DType dtype, long size, MemorySegment segment) {
        return new SegmentStorage(dtype, size, segment);
    }
}
