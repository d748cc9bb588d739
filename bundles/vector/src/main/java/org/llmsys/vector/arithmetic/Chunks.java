package org.llmsys.vector.arithmetic;

import org.llmsys.tensor.WorkerPool;

/** Cuts a range into pieces of a fixed size for a {@link WorkerPool}: the cuts depend on the range alone, so results do too. */
public final class Chunks {

    /** Elements that are worth handing to another thread. */
    public static final int ELEMENTS = 1 << 14;

    private Chunks() {
    }

    /** Runs {@code body} over all of 0 to {@code size}, at most {@code length} at a time. */
    public static void run(WorkerPool pool, int size, int length, Range body) {
        pool.run(Math.ceilDiv(size, length), chunk -> body.run(chunk * length, Math.min(size, (chunk + 1) * length)));
    }

    /** How many rows of a width make up a chunk. */
    public static int rows(int width) {
        return Math.max(1, ELEMENTS / Math.max(1, width));
    }

    /** A part of the work, {@code to} exclusive. */
    @FunctionalInterface
    public interface Range {
        void run(int from, int to);
    }
}
