package org.llmsys.tensor.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.llmsys.tensor.WorkerPool.Chunk;

/**
 * One call of {@code run}: an atomic counter from which whoever is free claims the next chunk. Claims ascend, so of all chunks that
 * would fail the lowest is always claimed, and the failure reported is the same whatever the number of threads.
 */
final class SharedTask {

    private static final long SPIN_NANOS = 200_000;

    private final Chunk body;
    private final int chunks;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    /** Chunks not yet ended; those that nobody will claim after a failure do not count. */
    private final AtomicInteger remaining;

    private Throwable failure;                   // guarded by this
    private int failedChunk = Integer.MAX_VALUE; // guarded by this

    SharedTask(int chunks, Chunk body) {
        this.chunks = chunks;
        this.body = body;
        this.remaining = new AtomicInteger(chunks);
    }

    boolean hasUnclaimed() {
        return next.get() < chunks;
    }

    /** Claims and runs chunks until none is left to claim. */
    void work() {
        while (hasUnclaimed()) {
            int chunk = next.getAndIncrement();
            if (chunk >= chunks) {
                return;
            }
            try {
                body.run(chunk);
            } catch (Throwable thrown) {         // handed to the caller, whatever it is: a worker must survive it
                fail(chunk, thrown);
            }
            end(1);
        }
    }

    private void fail(int chunk, Throwable thrown) {
        synchronized (this) {
            if (chunk < failedChunk) {
                failedChunk = chunk;
                failure = thrown;
            }
        }
        end(Math.max(0, chunks - next.getAndSet(chunks)));
    }

    private void end(int count) {
        if (count > 0 && remaining.addAndGet(-count) == 0) {
            LockSupport.unpark(caller);
        }
    }

    /** The caller's wait for chunks that workers have claimed; spins, then parks. */
    void await() {
        long start = System.nanoTime();
        while (remaining.get() > 0) {
            if (System.nanoTime() - start < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
    }

    void rethrow() {
        Throwable thrown;
        synchronized (this) {
            thrown = failure;
        }
        switch (thrown) {
            case null -> { }
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> throw new IllegalStateException("chunk " + failedChunk + " failed", thrown);
        }
    }
}
