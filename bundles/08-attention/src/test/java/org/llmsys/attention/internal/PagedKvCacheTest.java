package org.llmsys.attention.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** What paging is for; the contract of all caches is in the conformance kit. */
class PagedKvCacheTest {

    private static final CacheSpec SPEC = new CacheSpec(2, 1, 4, 1000);
    private static final long BLOCK = 2L * 2 * 1 * 16 * 4 * 4;                           // keys and values, L, NKV, positions, HS, bytes

    private final TensorAllocator allocator = TensorAllocator.heap();

    private long live() {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    private static void append(KvCache cache, int positions, float element) {
        Tensor rows = Tensor.zeros(1, positions, 4);
        Arrays.fill(rows.floats(), element);
        for (int layer = 0; layer < 2; layer++) {
            cache.write(layer, rows, rows);
        }
        cache.commit(positions);
    }

    @Test
    @DisplayName("memory comes as it is needed: none at first, one block for 1 to 16, and goes back when the cache is cut")
    void growsInBlocks() {
        try (KvCache cache = new PagedKvCaches().create(SPEC, allocator)) {
            assertEquals(0, live());
            append(cache, 1, 1);
            assertEquals(BLOCK, live());
            append(cache, 15, 1);
            assertEquals(BLOCK, live());
            append(cache, 1, 1);
            assertEquals(2 * BLOCK, live());
            cache.truncate(16);
            assertEquals(BLOCK, live());
        }
        assertEquals(0, live());
    }

    @Test
    @DisplayName("ten forks of 100 positions hold them once; each copies only the block it writes to")
    void forksShare() {
        KvCache prompt = new PagedKvCaches().create(SPEC, allocator);
        append(prompt, 100, 1);
        assertEquals(7 * BLOCK, live());
        List<KvCache> forks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            forks.add(prompt.fork());
        }
        assertEquals(7 * BLOCK, live());
        prompt.close();
        for (int i = 0; i < 10; i++) {
            append(forks.get(i), 1, i);
        }
        assertEquals((6 + 10) * BLOCK, live());                                          // six full ones shared, the seventh of each its own
        forks.forEach(KvCache::close);
        assertEquals(0, live());
    }

    @Test
    @DisplayName("a fork for fewer positions shares the blocks too, and stops at its own end")
    void smallerFork() {
        try (KvCache cache = new PagedKvCaches().create(SPEC, allocator)) {
            append(cache, 33, 1);
            try (KvCache fork = cache.fork(34)) {
                assertEquals(3 * BLOCK, live());
                append(fork, 1, 2);
                assertEquals(4 * BLOCK, live());
                assertThrows(Problem.class, () -> append(fork, 1, 2));
            }
            assertThrows(IllegalArgumentException.class, () -> cache.fork(32));
            assertThrows(IllegalArgumentException.class, () -> cache.fork(1001));
        }
        assertEquals(0, live());
    }

    @Test
    @DisplayName("forks that different threads write to at the same time stay apart, and all memory comes back")
    void forksInThreads() throws Exception {
        KvCache prompt = new PagedKvCaches().create(SPEC, allocator);
        append(prompt, 90, -1);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                float element = i;
                KvCache fork = prompt.fork();
                results.add(threads.submit(() -> {
                    try (fork) {
                        append(fork, 20, element);
                        Tensor keys = fork.keys(1, 0);
                        return keys.get(0, 89, 3) == -1 && keys.get(0, 90, 0) == element && keys.get(0, 109, 3) == element;
                    }
                }));
            }
            prompt.close();
            for (Future<Boolean> result : results) {
                assertTrue(result.get());
            }
        }
        assertEquals(0, live());
    }

    @Test
    @DisplayName("blocks off the heap are gathered on the heap, where kernels read")
    void offTheHeap() {
        try (Assemblies.Held<TensorAllocator> arena = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies().hold(TensorAllocator.class, "arena");
                KvCache cache = new PagedKvCaches().create(SPEC, arena.provider())) {
            append(cache, 17, 3);
            try (KvCache fork = cache.fork()) {
                append(fork, 2, 4);
                float[] keys = fork.keys(0, 0).copy().floats();
                assertEquals(3, keys[16 * 4]);
                assertEquals(4, keys[17 * 4]);
            }
            assertArrayEquals(new float[] {3, 3, 3, 3}, cache.values(1, 0).slice(1, 16, 17).copy().floats());
        }
    }

    @Test
    @DisplayName("what a full cache takes is known before: whole blocks")
    void announced() {
        KvCacheFactory caches = new PagedKvCaches();
        assertEquals(63 * BLOCK, caches.maxBytes(SPEC));                                 // 63 blocks of 16 hold 1000
        assertEquals(SPEC.bytes(), new ContiguousKvCaches().maxBytes(SPEC));
    }
}
