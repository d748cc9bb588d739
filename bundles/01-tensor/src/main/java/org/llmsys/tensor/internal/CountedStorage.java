package org.llmsys.tensor.internal;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.AllocationLedger;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;

/** A storage that is on an account until it is closed, once. */
final class CountedStorage implements Storage {

    private final DType dtype;
    private final long size;
    private final AllocationLedger.Account account;
    private final Runnable free;
    /** Null once closed: whoever exchanges it for null is the one who frees it and takes it off the account. */
    private final AtomicReference<Storage> memory;

    /** @param free gives the memory back */
    CountedStorage(Storage memory, AllocationLedger.Account account, Runnable free) {
        this.dtype = memory.dtype();
        this.size = memory.size();
        this.memory = new AtomicReference<>(memory);
        this.account = account;
        this.free = free;
        account.opened(dtype.bytes(size));
    }

    /** What reading or writing a closed storage gives, with any allocator. */
    static Problem closedProblem(DType dtype, long size) {
        return Problem.failed("a closed storage of " + size + " elements of " + dtype + " was used",
                "close() says that nobody needs the elements any more", "close it after the last tensor that views it is done");
    }

    private Storage open() {
        Storage open = memory.get();
        if (open == null) {
            throw closedProblem(dtype, size);
        }
        return open;
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
        return open().getDouble(index);
    }

    @Override
    public void setDouble(long index, double value) {
        open().setDouble(index, value);
    }

    @Override
    public long getLong(long index) {
        return open().getLong(index);
    }

    @Override
    public void setLong(long index, long value) {
        open().setLong(index, value);
    }

    @Override
    public float[] floats() {
        return open().floats();
    }

    @Override
    public double[] doubles() {
        return open().doubles();
    }

    @Override
    public MemorySegment segment() {
        return open().segment();
    }

    @Override
    public boolean closed() {
        return memory.get() == null;
    }

    @Override
    public void close() {
        if (memory.getAndSet(null) != null) {
            free.run();
            account.closed(dtype.bytes(size));
        }
    }
}
