package org.llmsys.tensor;

import org.llmsys.tensor.internal.SelfScheduledPool;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The threads that parallel kernels share. Work is cut into chunks whose boundaries depend on the work alone, never on the number
 * of threads, so results are the same for one thread and for many.
 *
 * <pre>{@code
 * int chunks = (rows + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK;                // not rows / pool.threads()
 * pool.run(chunks, chunk -> {
 *     int from = chunk * ROWS_PER_CHUNK;
 *     for (int row = from; row < Math.min(rows, from + ROWS_PER_CHUNK); row++) { ... }
 * });
 * }</pre>
 *
 * <p>Thread-safe: several callers may run tasks at once, and a chunk may itself call {@link #run}.
 */
@ProviderType
public interface WorkerPool extends AutoCloseable {

    /** Number of threads that may work on one task, the caller included; 1 or more. */
    int threads();

    /**
     * Runs {@code task} for every chunk from 0 to {@code chunks - 1} and returns when all are done. The caller works too, so it
     * never waits for a worker that the system has put to sleep before a chunk was claimed. After a failure no further chunk is
     * claimed.
     *
     * @throws RuntimeException the failure of the lowest chunk that failed, after all claimed chunks have ended
     */
    void run(int chunks, Chunk task);

    /**
     * Stops the workers; {@link #run} goes on to work, on the caller's thread alone. Close only a pool you made yourself: the
     * service belongs to the framework.
     */
    @Override
    default void close() {
    }

    /**
     * A pool of one's own, for tests and for embedding without a framework.
     *
     * @param threads 1 or more, the caller included; with 1 no thread is started
     */
    static WorkerPool of(int threads) {
        return SelfScheduledPool.of(threads);
    }

    /** One piece of the work. */
    @FunctionalInterface
    interface Chunk {
        void run(int chunk);
    }

    /** A pool that works on the caller's thread alone, for tests. */
    WorkerPool SERIAL = new WorkerPool() {
        @Override
        public int threads() {
            return 1;
        }

        @Override
        public void run(int chunks, Chunk task) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                task.run(chunk);
            }
        }
    };
}
