package org.llmsys.memory.internal;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.internal.AllocatorContract;

/** The allocator over the real library: the contract, the engine's own books, its limit. */
class NativeAllocatorTest {

    private static WorkerPool pool;
    private static NativeMemory memory;
    private long before;

    @BeforeAll
    static void load() {
        pool = WorkerPool.of(2);
        memory = NativeServices.orSkip(pool).get(NativeMemory.class);
    }

    @AfterAll
    static void end() {
        pool.close();
    }

    @BeforeEach
    void count() {
        before = memory.total().liveBytes();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(before, memory.total().liveBytes());
    }

    @Test
    @DisplayName("it keeps the promises of every allocator, and the engine gets all of it back")
    void contract() {
        Checks checks = new Checks();
        new AllocatorContract().check(new RustAllocator(null, memory), new Contract.Subject("allocator", "rust", ""), checks);
        assertEquals(List.of(), checks.report().failures());
        assertTrue(checks.report().passed() > 0);
    }

    @Test
    @DisplayName("what Java asks for stands in the engine's books: bytes, and addresses of 64")
    void books() {
        RustAllocator allocator = new RustAllocator(null, memory);
        for (long size : new long[] {1, 13, 207, 4098}) {
            try (Storage storage = allocator.allocate(DType.F32, size, "books")) {
                assertEquals(before + 4 * size, memory.total().liveBytes());
                assertEquals(0, storage.segment().address() % 64);
                assertEquals(4 * size, allocator.usage().getFirst().liveBytes());
            }
        }
        assertEquals(0, allocator.usage().getFirst().liveBytes());
        assertEquals(4 * 4098, allocator.usage().getFirst().peakBytes());
    }

    @Test
    @DisplayName("beyond the engine's limit there is a problem that names owner and sizes, nothing is counted, and a higher limit serves again")
    void limit() {
        RustAllocator allocator = new RustAllocator(null, memory);
        memory.limit(before + 1000);
        try (Storage fits = allocator.allocate(DType.F32, 207, "fits")) {
            Problem refused = assertThrows(Problem.class, () -> allocator.allocate(DType.F32, 207, "too much"));
            assertAll(() -> assertTrue(refused.text().contains("828 bytes of too much"), refused.text()),
                    () -> assertTrue(refused.text().contains(before + 1000 + " bytes"), refused.text()),
                    () -> assertTrue(refused.text().matches("(?s)error: .+\nwhy: .+\nfix: .+"), refused.text()));
            assertEquals(0, allocator.usage().stream().filter(usage -> usage.owner().equals("too much")).mapToLong(usage -> usage.liveBytes()).sum());
            memory.limit(0);
            allocator.allocate(DType.F32, 207, "too much").close();
            assertEquals(before + 828, memory.total().liveBytes());
        } finally {
            memory.limit(0);
        }
    }
}
