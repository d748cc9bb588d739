package org.llmsys.tensor.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;

/** Elements in a memory segment of an arena of its own. Reading after close is refused by the segment, never a crash. */
final class SegmentStorage implements Storage {

    private final DType dtype;
    private final long size;
    private final MemorySegment segment;
    private final Arena arena;
    private final Ledger.Account account;
    private final AtomicBoolean closed = new AtomicBoolean();

    SegmentStorage(DType dtype, long size, MemorySegment segment, Arena arena, Ledger.Account account) {
        this.dtype = dtype;
        this.size = size;
        this.segment = segment;
        this.arena = arena;
        this.account = account;
        account.opened(segment.byteSize());
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
                case F32 -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
                case F64 -> segment.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
                case I32 -> segment.getAtIndex(ValueLayout.JAVA_INT, index);
                case I64 -> segment.getAtIndex(ValueLayout.JAVA_LONG, index);
            };
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        }
    }

    @Override
    public void setDouble(long index, double value) {
        try {
            switch (dtype) {
                case F32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
                case F64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
                case I32 -> segment.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
                case I64 -> segment.setAtIndex(ValueLayout.JAVA_LONG, index, (long) value);
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
            return segment.getAtIndex(ValueLayout.JAVA_LONG, index);
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        }
    }

    @Override
    public void setLong(long index, long value) {
        try {
            switch (dtype) {
                case I32 -> segment.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
                case I64 -> segment.setAtIndex(ValueLayout.JAVA_LONG, index, value);
                case F32, F64 -> setDouble(index, value);
            }
        } catch (IllegalStateException noLongerAlive) {
            throw CountedStorage.closedProblem(dtype, size);
        }
    }

    @Override
    public float[] floats() {
        return null;
    }

    @Override
    public boolean closed() {
        return closed.get();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
            account.closed(size * dtype.bytes());
        }
    }
}
