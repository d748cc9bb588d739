package org.llmsys.memory.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.internal.AllocatorContract;

/**
 * The allocator's own part, over memory of the test; with the real library it is checked by {@link UpdatesTest} and by `./llmsys check allocator`.
 */
class AllocatorTest {

    /** Blocks of Java's own, which remember whether they are open. */
    private static final class Blocks implements NativeMemory {

        private final List<Arena> arenas = new ArrayList<>();

        @Override
        public String language() {
            return "Rust";
        }

        @Override
        public synchronized Block allocate(long bytes, String owner) {
            if (bytes > 1 << 28) {
                throw Problem.failed("cannot allocate " + bytes + " bytes for " + owner, "there is no more", "ask for less");
            }
            Arena arena = Arena.ofShared();
            MemorySegment segment = arena.allocate(bytes, 64);
            arenas.add(arena);
            return new Block() {

                @Override
                public MemorySegment segment() {
                    return segment;
                }

                @Override
                public void close() {
                    arena.close();
                }
            };
        }

        @Override
        public Total total() {
            return new Total(0, 0, 0, 0, 0);
        }

        @Override
        public void limit(long bytes) {
            throw new AssertionError("an allocator that only lends memory was asked for something else");
        }
    }

    @Test
    @DisplayName("it keeps the promises of every allocator")
    void contract() {
        Checks checks = new Checks();
        new AllocatorContract().check(new RustAllocator(null, new Blocks()), new Contract.Subject("allocator", "rust", ""), checks);
        assertEquals(List.of(), checks.report().failures());
        assertTrue(checks.report().passed() > 0);
    }

    @Test
    @DisplayName("storage whose memory the library took back is closed: it refuses to be read and written")
    void takenBack() {
        Blocks blocks = new Blocks();
        RustAllocator allocator = new RustAllocator(null, blocks);
        Storage storage = allocator.allocate(DType.F32, 100, "test");
        assertEquals(400, allocator.usage().getFirst().liveBytes());
        blocks.arenas.getLast().close();
        assertTrue(storage.closed());
        assertThrows(Problem.class, () -> storage.getDouble(0));
        assertThrows(Problem.class, () -> storage.setLong(0, 1));
        assertThrows(Problem.class, storage::segment);
    }
}
