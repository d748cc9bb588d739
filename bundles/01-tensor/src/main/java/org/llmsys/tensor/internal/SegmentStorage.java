package org.llmsys.tensor.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.HalfFloats;
import org.llmsys.tensor.Storage;

/**
 * Elements of any type in a memory segment: outside the Java heap, in a mapped file, or in an array of bytes. Little endian, and at
 * any address: a file aligns its tensors as it likes. Not counted; {@link CountedStorage} does that. A segment whose arena was closed
 * refuses to be read, so there is never a crash.
 */
public final class SegmentStorage implements Storage {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final DType dtype;
    private final long size;
    private final MemorySegment segment;

    /** @param segment of {@code dtype.bytes(size)} bytes */
    public SegmentStorage(DType dtype, long size, MemorySegment segment) {
        this.dtype = dtype;
        this.size = size;
        this.segment = segment;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public double getDouble(long index) {
        try {
            return switch (dtype) {
                case F32 -> segment.getAtIndex(FLOAT, index);
                case F64 -> segment.getAtIndex(DOUBLE, index);
                case I32 -> segment.getAtIndex(INT, index);
                case I64 -> segment.getAtIndex(LONG, index);
                case F16 -> HalfFloats.fromF16(segment.getAtIndex(SHORT, index));
                case BF16 -> HalfFloats.fromBF16(segment.getAtIndex(SHORT, index));
                case Q8_0, Q4_0 -> BlockFormat.of(dtype).element(segment, index);
            };
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        } catch (InternalError noPage) {
            throw cutShort(noPage);
        }
    }

    @Override
    public void setDouble(long index, double value) {
        requireSettable();
        try {
            switch (dtype) {
                case F32 -> segment.setAtIndex(FLOAT, index, (float) value);
                case F64 -> segment.setAtIndex(DOUBLE, index, value);
                case I32 -> segment.setAtIndex(INT, index, (int) value);
                case I64 -> segment.setAtIndex(LONG, index, (long) value);
                case F16 -> segment.setAtIndex(SHORT, index, HalfFloats.toF16(value));
                case BF16 -> segment.setAtIndex(SHORT, index, HalfFloats.toBF16(value));
                case Q8_0, Q4_0 -> throw blocksAreNotSet();
            }
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        }
    }

    @Override
    public long getLong(long index) {
        if (dtype != DType.I64) {
            return (long) getDouble(index);
        }
        try {
            return segment.getAtIndex(LONG, index);
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        } catch (InternalError noPage) {
            throw cutShort(noPage);
        }
    }

    @Override
    public void setLong(long index, long value) {
        requireSettable();
        try {
            switch (dtype) {
                case I32 -> segment.setAtIndex(INT, index, (int) value);
                case I64 -> segment.setAtIndex(LONG, index, value);
                case F32, F64, F16, BF16, Q8_0, Q4_0 -> setDouble(index, value);
            }
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        }
    }

    private void requireSettable() {
        if (segment.isReadOnly()) {
            throw Problem.misused("an element of a mapped file of " + dtype + " was set", "the file is mapped for reading only",
                    "set it in a copy: copy() or to(DType)");
        }
    }

    /** What the system says of a page that the file no longer has. */
    private Problem cutShort(InternalError noPage) {
        return new Problem("cannot read a mapped file of " + size + " elements of " + dtype, "the file became shorter while it was mapped",
                "replace a file by a rename, never write over one that is in use", Problem.FAILED, noPage);
    }

    private Problem blocksAreNotSet() {
        return Problem.misused("a single element of " + dtype + " was set", "the " + dtype.blockSize() + " elements of a block share a scale",
                "set it in an F32 tensor and convert whole rows with to(DType." + dtype + ")");
    }

    @Override
    public float[] floats() {
        return null;
    }

    @Override
    public double[] doubles() {
        return null;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public boolean closed() {
        return !segment.scope().isAlive();
    }

    @Override
    public void close() {
        // whoever made the segment frees it
    }
}
