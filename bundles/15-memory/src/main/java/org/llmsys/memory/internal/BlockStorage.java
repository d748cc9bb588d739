package org.llmsys.memory.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReference;

import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeMemory.Block;
import org.llmsys.tensor.AllocationLedger.Account;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.HalfFloats;
import org.llmsys.tensor.Storage;

/** Elements in a block of the engine's memory, on an account until they are closed, once. */
final class BlockStorage implements Storage {

    private final DType dtype;
    private final long size;
    private final Account account;
    /** Null once closed: whoever exchanges it for null gives the memory back. */
    private final AtomicReference<Block> block;

    BlockStorage(DType dtype, long size, Block block, Account account) {
        this.dtype = dtype;
        this.size = size;
        this.account = account;
        this.block = new AtomicReference<>(block);
        account.opened(dtype.bytes(size));
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
        MemorySegment segment = segment();
        try {
            return switch (dtype) {
                case F32 -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
                case F64 -> segment.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
                case I32 -> segment.getAtIndex(ValueLayout.JAVA_INT, index);
                case I64 -> segment.getAtIndex(ValueLayout.JAVA_LONG, index);
                case F16 -> HalfFloats.fromF16(segment.getAtIndex(ValueLayout.JAVA_SHORT, index));
                case BF16 -> HalfFloats.fromBF16(segment.getAtIndex(ValueLayout.JAVA_SHORT, index));
                case Q8_0, Q4_0 -> BlockFormat.of(dtype).element(segment, index);
            };
        } catch (IllegalStateException noLongerAlive) {
            throw closedProblem();
        }
    }

    @Override
    public void setDouble(long index, double value) {
        MemorySegment segment = segment();
        try {
            switch (dtype) {
                case F32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
                case F64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
                case I32 -> segment.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
                case I64 -> segment.setAtIndex(ValueLayout.JAVA_LONG, index, (long) value);
                case F16 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, index, HalfFloats.toF16(value));
                case BF16 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, index, HalfFloats.toBF16(value));
                case Q8_0, Q4_0 -> throw Problem.misused("a single element of " + dtype + " was set",
                        "the " + dtype.blockSize() + " elements of a block share a scale",
                                "set it in an F32 tensor and convert whole rows with to(DType." + dtype + ")");
            }
        } catch (IllegalStateException noLongerAlive) {
            throw closedProblem();
        }
    }

    @Override
    public long getLong(long index) {
        if (dtype != DType.I64) {
            return (long) getDouble(index);
        }
        try {
            return segment().getAtIndex(ValueLayout.JAVA_LONG, index);
        } catch (IllegalStateException noLongerAlive) {
            throw closedProblem();
        }
    }

    @Override
    public void setLong(long index, long value) {
        if (dtype != DType.I64) {
            setDouble(index, value);
            return;
        }
        try {
            segment().setAtIndex(ValueLayout.JAVA_LONG, index, value);
        } catch (IllegalStateException noLongerAlive) {
            throw closedProblem();
        }
    }

    private Problem closedProblem() {
        return Problem.failed("a closed storage of " + size + " elements of " + dtype + " was used",
                "it was closed, or the bundle that has the native library was stopped", "close it after the last tensor that views it is done");
    }

    @Override
    public float[] floats() {
        segment();
        return null;
    }

    @Override
    public double[] doubles() {
        segment();
        return null;
    }

    @Override
    public MemorySegment segment() {
        Block open = block.get();
        if (open == null || !open.segment().scope().isAlive()) {
            throw closedProblem();
        }
        return open.segment();
    }

    @Override
    public boolean closed() {
        Block open = block.get();
        return open == null || !open.segment().scope().isAlive();
    }

    @Override
    public void close() {
        Block open = block.getAndSet(null);
        if (open != null) {
            open.close();
            account.closed(dtype.bytes(size));
        }
    }
}
