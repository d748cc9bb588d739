package org.llmsys.tensor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.TensorAllocator.Usage;

class AllocatorTest {

    static Stream<TensorAllocator> allocators() {
        return Stream.of(new HeapAllocator(), new ArenaAllocator(), new MappedAllocator());
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @DisplayName("storage of every type and awkward size is zero at first and keeps what is written at both ends")
    void readsAndWrites(TensorAllocator allocator) {
        for (DType dtype : DType.values()) {
            for (int size : dtype.blocked() ? new int[0] : new int[] {0, 1, 13, 207}) {
                try (Storage storage = allocator.allocate(dtype, size, "test")) {
                    assertEquals(size, storage.size());
                    assertEquals(dtype, storage.dtype());
                    for (int i = 0; i < size; i++) {
                        assertEquals(0, storage.getDouble(i));
                        storage.setDouble(i, i - 1);
                    }
                    for (int i = 0; i < size; i++) {
                        assertEquals(i - 1, storage.getDouble(i));
                        assertEquals(i - 1, storage.getLong(i));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @DisplayName("a block type comes in whole blocks, zero at first, counted by its bytes, filled by whole rows and never by elements")
    void blocks(TensorAllocator allocator) {
        for (DType dtype : List.of(DType.Q8_0, DType.Q4_0)) {
            Storage storage = allocator.allocate(dtype, 96, dtype.name());
            assertTrue(allocator.usage().contains(new Usage(dtype.name(), 3L * dtype.blockBytes(), 3L * dtype.blockBytes(), 1)));
            Tensor tensor = Tensor.of(storage, Shape.of(3, 32));
            assertEquals(0, tensor.get(2, 31) + 0.0);
            tensor.copyFrom(Tensor.of(Shape.of(1, 1), -8).expand(Shape.of(3, 32)));
            assertEquals(-8, tensor.get(2, 31), 0.01);
            assertThrows(Problem.class, () -> storage.setDouble(0, 1));
            assertThrows(Problem.class, () -> storage.setLong(0, 1));
            assertThrows(Problem.class, () -> allocator.allocate(dtype, 33, "test"));
            storage.close();
        }
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @DisplayName("I64 is exact beyond 2^53, I32 wraps around, a floating type cuts off fractions when read whole")
    void wholeNumbers(TensorAllocator allocator) {
        Storage longs = allocator.allocate(DType.I64, 1, "test");
        longs.setLong(0, Long.MIN_VALUE + 1);
        assertEquals(Long.MIN_VALUE + 1, longs.getLong(0));
        Storage ints = allocator.allocate(DType.I32, 1, "test");
        ints.setLong(0, (1L << 32) + 5);
        assertEquals(5, ints.getLong(0));
        Storage doubles = allocator.allocate(DType.F64, 1, "test");
        doubles.setDouble(0, -2.7);
        assertEquals(-2, doubles.getLong(0));
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @DisplayName("usage counts live bytes, peak and storages by owner, sorted; closing twice counts once")
    void counts(TensorAllocator allocator) {
        Storage first = allocator.allocate(DType.F32, 10, "train");
        Storage second = allocator.allocate(DType.I64, 10, "train");
        allocator.allocate(DType.F32, 1, "kv-cache");
        first.close();
        first.close();
        assertTrue(first.closed());
        assertFalse(second.closed());
        assertEquals(List.of(new Usage("kv-cache", 4, 4, 1), new Usage("train", 80, 120, 1)), allocator.usage());
        second.close();
        assertEquals(new Usage("train", 0, 120, 0), allocator.usage().get(1));
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @DisplayName("reading or writing a closed storage is a problem that says so, for every type; nothing crashes")
    void closedStorageIsAProblem(TensorAllocator allocator) {
        for (DType dtype : DType.values()) {
            Storage storage = allocator.allocate(dtype, 96, "test");
            Tensor tensor = Tensor.of(storage, Shape.of(96));
            storage.close();
            assertThrows(Problem.class, () -> storage.getDouble(0));
            assertThrows(Problem.class, () -> storage.getLong(0));
            assertThrows(Problem.class, () -> storage.setDouble(0, 1));
            assertThrows(Problem.class, () -> storage.setLong(0, 1));
            Problem problem = assertThrows(Problem.class, () -> tensor.get(1));
            assertTrue(problem.getMessage().contains("closed storage of 96 elements of " + dtype), problem.getMessage());
            assertThrows(Problem.class, storage::segment);
            assertThrows(Problem.class, tensor::elements);
            assertThrows(Problem.class, tensor::copy);
            assertEquals(96, storage.size());
        }
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @DisplayName("a negative size, or one that no memory holds, is a problem and is not counted")
    void refusesImpossibleSizes(TensorAllocator allocator) {
        assertThrows(Problem.class, () -> allocator.allocate(DType.F32, -1, "test"));
        assertThrows(Problem.class, () -> allocator.allocate(DType.F64, Long.MAX_VALUE, "test"));
        assertThrows(Problem.class, () -> allocator.allocate(DType.F64, 1L << 55, "test"));
        assertTrue(allocator.usage().stream().allMatch(usage -> usage.liveBytes() == 0 && usage.count() == 0), () -> "" + allocator.usage());
    }

    @ParameterizedTest
    @MethodSource("allocators")
    @Timeout(60)
    @DisplayName("four threads that open storages and race to close each other's count every one exactly once")
    void countsExactlyUnderThreads(TensorAllocator allocator) throws InterruptedException {
        int rounds = 2_000;
        int racers = 4;
        List<Storage> storages = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            storages.add(allocator.allocate(DType.F32, 2, "race"));
        }
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int racer = 0; racer < racers; racer++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (Storage storage : storages) {
                    storage.close();
                    allocator.allocate(DType.F32, 1, "own").close();
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(new Usage("race", 0, 8L * rounds, 0), allocator.usage().get(1));
        Usage own = allocator.usage().get(0);
        assertEquals(0, own.liveBytes());
        assertEquals(0, own.count());
        assertTrue(own.peakBytes() >= 4 && own.peakBytes() <= 4L * racers, "peak " + own.peakBytes());
    }

    @Test
    @DisplayName("closing gives memory outside the heap back at once, whoever still holds the segment")
    void givesMemoryBack() {
        for (TensorAllocator allocator : List.of(new ArenaAllocator(), new MappedAllocator())) {
            Storage storage = allocator.allocate(DType.F32, 1000, "test");
            MemorySegment memory = storage.segment();
            assertTrue(memory.scope().isAlive());
            storage.close();
            assertFalse(memory.scope().isAlive());
        }
    }

    @Test
    @DisplayName("only F32 and F64 on the heap have an array")
    void arrays() {
        assertNotNull(new HeapAllocator().allocate(DType.F32, 3, "test").floats());
        assertNull(new HeapAllocator().allocate(DType.F64, 3, "test").floats());
        assertNull(new ArenaAllocator().allocate(DType.F32, 3, "test").floats());
        assertNotNull(new HeapAllocator().allocate(DType.F64, 3, "test").doubles());
        assertNull(new MappedAllocator().allocate(DType.F64, 3, "test").doubles());
    }

    @Test
    @DisplayName("a tensor outside the heap computes like one inside: views, arithmetic, printing")
    void tensorsOutsideTheHeap() {
        Storage storage = new ArenaAllocator().allocate(DType.F32, 6, "test");
        Tensor x = Tensor.of(storage, Shape.of(2, 3));
        x.copyFrom(Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
        assertEquals("F32 (3, 2)\n[[ 2,  8],\n [ 4, 10],\n [ 6, 12]]", x.transpose(0, 1).add(x.transpose(0, 1)).toString());
        assertEquals(6, x.onHeap().floats().length);
        assertTrue(x.allFinite());
        x.set(Float.NaN, 1, 1);
        assertFalse(x.allFinite());
    }
}
