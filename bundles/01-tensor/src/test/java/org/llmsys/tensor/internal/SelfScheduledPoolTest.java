package org.llmsys.tensor.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.WorkerPool;

@Timeout(30)
class SelfScheduledPoolTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 13})
    @DisplayName("every chunk runs exactly once, whatever the numbers of chunks and threads")
    void runsEveryChunkOnce(int threads) {
        try (WorkerPool pool = WorkerPool.of(threads)) {
            assertEquals(threads, pool.threads());
            for (int chunks : new int[] {0, 1, 2, 13, 207, 5_000}) {
                AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
                pool.run(chunks, runs::incrementAndGet);
                for (int chunk = 0; chunk < chunks; chunk++) {
                    assertEquals(1, runs.get(chunk), "chunk " + chunk + " of " + chunks);
                }
            }
        }
    }

    @Test
    @DisplayName("what a chunk wrote with plain stores is seen by the caller after run, 20,000 times over")
    void publishesResults() {
        try (WorkerPool pool = WorkerPool.of(3)) {
            int[] cells = new int[7];
            for (int round = 1; round <= 20_000; round++) {
                int value = round;
                pool.run(cells.length, chunk -> cells[chunk] = value);
                for (int cell : cells) {
                    assertEquals(round, cell);
                }
            }
        }
    }

    @Test
    @DisplayName("three threads are really used: three chunks meet at a barrier")
    void usesAllThreads() {
        try (WorkerPool pool = WorkerPool.of(3)) {
            for (int round = 0; round < 50; round++) {
                CyclicBarrier barrier = new CyclicBarrier(3);
                Set<Thread> seen = ConcurrentHashMap.newKeySet();
                pool.run(3, chunk -> {
                    seen.add(Thread.currentThread());
                    meet(barrier);
                });
                assertEquals(3, seen.size());
                assertTrue(seen.contains(Thread.currentThread()));
            }
        }
    }

    @Test
    @DisplayName("a pool of one starts no thread and works on the caller's")
    void oneThreadIsTheCaller() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        WorkerPool pool = WorkerPool.of(1);
        List<Thread> seen = new ArrayList<>();
        pool.run(13, chunk -> seen.add(Thread.currentThread()));
        assertTrue(seen.stream().allMatch(thread -> thread == Thread.currentThread()));
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> !before.contains(thread) && thread.getName().startsWith("llmsys-worker")));
    }

    @Test
    @DisplayName("the lowest failure comes back, after claimed chunks ended; later ones are not begun; the pool lives on")
    void rethrowsTheLowestFailure() {
        try (WorkerPool pool = WorkerPool.of(4)) {
            for (int round = 0; round < 200; round++) {
                AtomicInteger running = new AtomicInteger();
                AtomicInteger begun = new AtomicInteger();
                IllegalStateException failure = assertThrows(IllegalStateException.class, () -> pool.run(1_000_000, chunk -> {
                    running.incrementAndGet();
                    begun.incrementAndGet();
                    try {
                        if (chunk >= 7) {
                            throw new IllegalStateException("chunk " + chunk);
                        }
                    } finally {
                        running.decrementAndGet();
                    }
                }));
                assertEquals("chunk 7", failure.getMessage());
                assertEquals(0, running.get());
                assertTrue(begun.get() <= 7 + 4, begun + " chunks begun");
            }
            assertThrows(StackOverflowError.class, () -> pool.run(5, chunk -> {
                throw new StackOverflowError();
            }));
            AtomicInteger sum = new AtomicInteger();
            pool.run(100, sum::addAndGet);
            assertEquals(4950, sum.get());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    @DisplayName("a run within a run within a run ends, and every innermost chunk ran once")
    void nests(int threads) {
        try (WorkerPool pool = WorkerPool.of(threads)) {
            AtomicInteger innermost = new AtomicInteger();
            pool.run(9, a -> pool.run(9, b -> pool.run(9, c -> innermost.incrementAndGet())));
            assertEquals(729, innermost.get());
        }
    }

    @Test
    @DisplayName("six callers at once on a pool of three each get their own result, 2,000 times")
    void servesManyCallers() throws InterruptedException {
        try (WorkerPool pool = WorkerPool.of(3)) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < 6; caller++) {
                int chunks = 5 + caller;
                callers.add(Thread.ofPlatform().uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown)).start(() -> {
                    int[] squares = new int[chunks];
                    for (int round = 0; round < 2_000; round++) {
                        int factor = round;
                        pool.run(chunks, chunk -> squares[chunk] = factor * chunk);
                        for (int chunk = 0; chunk < chunks; chunk++) {
                            assertEquals(factor * chunk, squares[chunk]);
                        }
                    }
                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(null, failure.get());
        }
    }

    @Test
    @DisplayName("a worker held up in one task does not keep another caller from finishing")
    void aStuckWorkerHoldsUpNobodyElse() throws InterruptedException {
        try (WorkerPool pool = WorkerPool.of(2)) {
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch bothStuck = new CountDownLatch(2);
            Thread stuck = Thread.ofPlatform().start(() -> pool.run(2, chunk -> {
                bothStuck.countDown();
                await(release);
            }));
            bothStuck.await();
            AtomicInteger sum = new AtomicInteger();
            pool.run(100, sum::addAndGet);
            assertEquals(4950, sum.get());
            release.countDown();
            stuck.join();
        }
    }

    @Test
    @DisplayName("closing ends the threads, may be done twice, and run goes on alone")
    void closes() {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        WorkerPool pool = WorkerPool.of(3);
        CyclicBarrier barrier = new CyclicBarrier(3);
        pool.run(3, chunk -> {
            workers.add(Thread.currentThread());
            meet(barrier);
        });
        workers.remove(Thread.currentThread());
        assertTrue(workers.stream().allMatch(Thread::isDaemon));
        pool.close();
        pool.close();
        assertEquals(2, workers.size());
        assertFalse(workers.stream().anyMatch(Thread::isAlive));
        List<Integer> order = new ArrayList<>();
        pool.run(3, order::add);
        assertEquals(List.of(0, 1, 2), order);
    }

    @Test
    @DisplayName("an interrupted caller still gets all of its work, and stays interrupted")
    void interruptedCaller() {
        try (WorkerPool pool = WorkerPool.of(3)) {
            Thread.currentThread().interrupt();
            int[] cells = new int[50];
            pool.run(cells.length, chunk -> cells[chunk] = chunk);
            assertTrue(Thread.interrupted());
            int[] expected = new int[50];
            Arrays.setAll(expected, i -> i);
            assertArrayEquals(expected, cells);
        }
    }

    @ParameterizedTest(name = "property {0}, environment {1}: {2} threads")
    @CsvSource({"3, 5, 3", ", 5, 5", "'', 5, 5", "' 2 ', , 2"})
    @DisplayName("the number of threads: the property, else the environment")
    void numberOfThreads(String property, String environment, int threads) {
        assertEquals(threads, SelfScheduledPool.threads(name -> property, name -> environment));
    }

    @Test
    @DisplayName("with neither set all processors; nonsense is refused by name")
    void numberOfThreadsOtherwise() {
        assertEquals(Runtime.getRuntime().availableProcessors(), SelfScheduledPool.threads(name -> null, name -> null));
        Problem zero = assertThrows(Problem.class, () -> SelfScheduledPool.threads(name -> "0", name -> null));
        assertTrue(zero.getMessage().contains("llmsys.threads=0"), zero.getMessage());
        Problem word = assertThrows(Problem.class, () -> SelfScheduledPool.threads(name -> null, name -> "many"));
        assertTrue(word.getMessage().contains("LLMSYS_THREADS=many"), word.getMessage());
        assertThrows(Problem.class, () -> WorkerPool.of(0));
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
