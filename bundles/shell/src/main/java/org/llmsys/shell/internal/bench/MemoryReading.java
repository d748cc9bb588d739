package org.llmsys.shell.internal.bench;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

import org.llmsys.tensor.WorkerPool;

/**
 * What sets the limit to writing: so many bytes, read from front to back by all threads and added up, which takes no time beside the reading.
 *
 * <pre>
 *   GB/s = bytes / seconds / 10^9          share = tokens a second * bytes of a token / bytes a second
 * </pre>
 */
final class MemoryReading implements Contestant {

    /** Each thread has several pieces, as in the products that it is compared with. */
    private static final int PIECES_PER_THREAD = 4;
    private static final int FACTOR = 3;

    private final WorkerPool pool;
    private final int[] memory;
    private final int chunks;
    private final int[] sums;

    /** @param bytes of one reading */
    MemoryReading(WorkerPool pool, long bytes) {
        this.pool = pool;
        this.memory = new int[Math.toIntExact(Math.max(1, bytes / Integer.BYTES))];
        this.chunks = PIECES_PER_THREAD * pool.threads();
        this.sums = new int[chunks];
        Arrays.fill(memory, 1);                              // memory that nobody has written to may not be there
    }

    @Override
    public String name() {
        return "reading";
    }

    /** Of one reading. */
    long bytes() {
        return (long) memory.length * Integer.BYTES;
    }

    @Override
    public double seconds(int repetitions, Clock clock) {
        double seconds = clock.seconds(repetitions, () -> pool.run(chunks, this::read));
        if (Arrays.stream(sums).sum() != FACTOR * memory.length) {
            throw new IllegalStateException("ones add up to " + Arrays.stream(sums).sum());      // and so the sums are needed
        }
        return seconds;
    }

    private void read(int chunk) {
        int from = (int) ((long) memory.length * chunk / chunks);
        int to = (int) ((long) memory.length * (chunk + 1) / chunks);
        sums[chunk] = sum(memory, from, to);
    }

    /** The compiler makes vectors of a sum of products; of a plain sum, as of JDK 25, it does not. */
    private static int sum(int[] memory, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += memory[i] * FACTOR;
        }
        return sum;
    }

    @Override
    public void rest() {
        LockSupport.parkNanos(Here.WORKERS_SLEEP_NANOS);
    }
}
