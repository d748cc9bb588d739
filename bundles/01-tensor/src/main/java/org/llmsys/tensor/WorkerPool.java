package org.llmsys.tensor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The threads that parallel kernels share. Work is cut into chunks whose boundaries depend on the work alone, never on the number
 * of threads, so results are the same for one thread and for many.
 */
@ProviderType
public interface WorkerPool {

    /** Number of threads that may work on one task, the caller included; 1 or more. */
    int threads();

    /**
     * Runs {@code task} for every chunk from 0 to {@code chunks - 1} and returns when all are done. The caller works too, so it
     * never waits for a worker that the system has put to sleep before a chunk was claimed.
     *
     * @throws RuntimeException the first failure of a chunk, after all claimed chunks have ended
     */
    void run(int chunks, Chunk task);

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
