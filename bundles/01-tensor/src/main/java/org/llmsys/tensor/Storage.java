package org.llmsys.tensor;

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

    /** Element {@code index}, converted to double (exact for F32, F64, I32). */
    double getDouble(long index);

    /** Sets element {@code index}, converted from double. */
    void setDouble(long index, double value);

    /** Element {@code index} of an integer type (exact for I64); a floating type is truncated. */
    long getLong(long index);

    void setLong(long index, long value);

    /** The array behind a heap storage of F32, which is the fast path; null for every other storage. */
    float[] floats();

    /** Whether the storage was closed. */
    boolean closed();

    @Override
    void close();
}
