package org.llmsys.attention.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

class ContiguousKvCacheTest {

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final CacheSpec spec = new CacheSpec(2, 1, 2, 3);

    private static Tensor rows(float... elements) {
        return Tensor.of(Shape.of(1, elements.length / 2, 2), elements);
    }

    @Test
    @DisplayName("rows count only after the commit: a repeated step overwrites what the first attempt wrote")
    void repeatedStep() {
        try (KvCache cache = new ContiguousKvCaches().create(spec, allocator)) {
            cache.write(1, rows(1, 2), rows(3, 4));
            cache.commit(1);
            cache.write(1, rows(9, 9, 9, 9), rows(9, 9, 9, 9));          // an attempt that fails
            assertEquals(1, cache.length());
            cache.write(1, rows(5, 6), rows(7, 8));                      // its repetition
            assertArrayEquals(new float[] {1, 2, 5, 6}, cache.keys(1, 1).copy().floats());
            assertArrayEquals(new float[] {3, 4, 7, 8}, cache.values(1, 1).copy().floats());
            assertArrayEquals(new float[] {1, 2}, cache.keys(1, 0).copy().floats());
        }
    }

    @Test
    @DisplayName("truncating forgets the end and makes room again")
    void truncate() {
        try (KvCache cache = new ContiguousKvCaches().create(spec, allocator)) {
            cache.write(0, rows(1, 1, 2, 2, 3, 3), rows(1, 1, 2, 2, 3, 3));
            cache.commit(3);
            cache.truncate(1);
            cache.write(0, rows(4, 4), rows(4, 4));
            assertArrayEquals(new float[] {1, 1, 4, 4}, cache.keys(0, 1).copy().floats());
            assertThrows(IllegalArgumentException.class, () -> cache.truncate(2));
        }
    }

    @Test
    @DisplayName("a full cache says how many positions it has")
    void full() {
        try (KvCache cache = new ContiguousKvCaches().create(spec, allocator)) {
            Problem problem = assertThrows(Problem.class, () -> cache.write(0, rows(1, 1, 2, 2, 3, 3, 4, 4), rows(1, 1, 2, 2, 3, 3, 4, 4)));
            assertTrue(problem.why().contains("3"), problem.why());
            assertThrows(ShapeException.class, () -> cache.write(0, Tensor.zeros(2, 1, 2), Tensor.zeros(2, 1, 2)));
        }
    }

    @Test
    @DisplayName("a fork for fewer positions takes memory for these only, holds the same rows, and refuses one more; fewer than it has, or more, is refused")
    void smallerFork() {
        CacheSpec wide = new CacheSpec(2, 3, 2, 7);
        Tensor rows = Tensor.zeros(3, 2, 2);
        for (int i = 0; i < 12; i++) {
            rows.floats()[i] = i;
        }
        try (KvCache cache = new ContiguousKvCaches().create(wide, allocator)) {
            cache.write(0, rows, rows);
            cache.write(1, rows, rows);
            cache.commit(2);
            try (KvCache fork = cache.fork(3)) {
                assertEquals(3, fork.capacity());
                assertEquals(wide.bytes() + 2 * 2 * 3 * 3 * 2 * 4, allocator.usage().getFirst().liveBytes());
                assertArrayEquals(rows.floats(), fork.keys(1, 0).copy().floats());
                fork.write(1, rows.slice(1, 0, 1), rows.slice(1, 0, 1));
                fork.commit(1);
                assertEquals(2, cache.length());
                assertThrows(Problem.class, () -> fork.write(1, rows.slice(1, 0, 1), rows.slice(1, 0, 1)));
            }
            assertThrows(IllegalArgumentException.class, () -> cache.fork(1));
            assertThrows(IllegalArgumentException.class, () -> cache.fork(8));
            try (KvCache same = cache.fork(2); KvCache whole = cache.fork(7)) {
                assertEquals(7 + 2, same.capacity() + whole.capacity());
            }
        }
        assertEquals(0, allocator.usage().getFirst().liveBytes());
    }

    @Test
    @DisplayName("close gives every byte back: L·2 storages of NKV·capacity·HS floats, then none")
    void givesMemoryBack() {
        KvCache cache = new ContiguousKvCaches().create(spec, allocator);
        TensorAllocator.Usage usage = allocator.usage().getFirst();
        assertEquals("kv-cache", usage.owner());
        assertEquals(spec.bytes(), usage.liveBytes());
        assertEquals(2 * 2 * 1 * 3 * 2 * 4, usage.liveBytes());
        cache.close();
        assertEquals(0, allocator.usage().getFirst().liveBytes());
    }
}
