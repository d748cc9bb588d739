package org.llmsys.tensor.internal;

import java.util.concurrent.atomic.AtomicReference;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;

/** A heap storage that is on an account until it is closed, once. */
final class CountedStorage implements Storage {

    private final DType dtype;
    private final long size;
    private final Ledger.Account account;
    /** Null once closed: whoever exchanges it for null is the one who takes it off the account. */
    private final AtomicReference<Storage> array;

    CountedStorage(Storage array, Ledger.Account account) {
        this.dtype = array.dtype();
        this.size = array.size();
        this.array = new AtomicReference<>(array);
        this.account = account;
        account.opened(size * dtype.bytes());
    }

    /** What reading or writing a closed storage gives, with any allocator. */
    static Problem closedProblem(DType dtype, long size) {
        return Problem.failed("a closed storage of " + size + " elements of " + dtype + " was used",
                "close() says that nobody needs the elements any more", "close it after the last tensor that views it is done");
    }

    private Storage open() {
        Storage open = array.get();
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
    public boolean closed() {
        return array.get() == null;
    }

    @Override
    public void close() {
        if (array.getAndSet(null) != null) {
            account.closed(size * dtype.bytes());
        }
    }
}
