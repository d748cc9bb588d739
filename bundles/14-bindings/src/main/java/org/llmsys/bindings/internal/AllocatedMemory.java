package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeMemory;

/** Segments over lls_allocate. Each has an arena of its own, so it may be given back at any moment, and whoever looks at it later is refused. */
final class AllocatedMemory implements NativeMemory {

    private static final int LONGEST_OWNER = 63;

    private final OpenObjects open;
    private final boolean rust;

    /** @param open closes what is still given out when the bundle stops */
    AllocatedMemory(OpenObjects open, boolean rust) {
        this.open = open;
        this.rust = rust;
    }

    @Override
    public String language() {
        return rust ? "Rust" : "C++";
    }

    @Override
    public Block allocate(long bytes, String owner) {
        if (bytes < 0) {
            throw Problem.misused("cannot allocate " + bytes + " bytes for " + owner, "a size is 0 or more", "give another size");
        }
        long address;
        try (Arena names = Arena.ofConfined()) {
            address = allocate0(Math.max(1, bytes), names.allocateFrom(shortened(owner)).address());
        }
        Arena arena = Arena.ofShared();                                // any thread may read, any thread may close
        MemorySegment segment = MemorySegment.ofAddress(address).reinterpret(bytes, arena, freed -> free0(address));
        return open.add(new Given(segment.fill((byte) 0), arena, open, new AtomicBoolean()));
    }

    private record Given(MemorySegment segment, Arena arena, OpenObjects open, AtomicBoolean closed) implements Block {

        @Override
        public void close() {
            if (!closed.getAndSet(true)) {
                open.remove(this);
                arena.close();
            }
        }

        /** Each is itself: records of equal parts would be equal. */
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** At most 63 bytes of ASCII; other characters become question marks. */
    private static String shortened(String owner) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < owner.length() && i < LONGEST_OWNER; i++) {
            char c = owner.charAt(i);
            text.append(c > ' ' - 1 && c < 127 ? c : '?');
        }
        return text.toString();
    }

    @Override
    public Total total() {
        long[] told = total0();
        return new Total(told[0], told[1], told[2], told[3], told[4]);
    }

    @Override
    public void limit(long bytes) {
        limit0(bytes);
    }

    /** For tests: the n-th allocation from now fails once; 0 turns it off. */
    static void failAt(long n) {
        failAt0(n);
    }

    private static native long allocate0(long bytes, long owner);

    private static native void free0(long address);

    private static native long[] total0();

    private static native void limit0(long bytes);

    private static native void failAt0(long n);
}
