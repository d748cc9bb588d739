package org.llmsys.bindings;

import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ProviderType;

/** The engine's allocator: 64-byte aligned, counted by owner, with a limit. Thread-safe. A service while the library is loaded. */
@ProviderType
public interface NativeMemory {

    /** What the allocator is written in: {@code Rust}, or {@code C++} where the library was built without cargo. */
    String language();

    /**
     * Zeroed memory.
     *
     * @param owner who asks, for the engine's own statistics; the first 63 bytes count
     * @throws org.llmsys.assembly.Problem when the system, or the limit, gives no more
     */
    Block allocate(long bytes, String owner);

    /** Memory that is given back when it is closed, or when the bundle stops; whoever reads it later gets an IllegalStateException. */
    @ProviderType
    interface Block extends AutoCloseable {

        MemorySegment segment();

        /** Closing twice is harmless. */
        @Override
        void close();
    }

    /** What the whole engine holds, tensors of its own included. */
    Total total();

    /** No allocation may take the total beyond this; 0 for no limit. */
    void limit(long bytes);

    /**
     * @param liveBytes   given out and not given back
     * @param peakBytes   the largest {@code liveBytes} so far
     * @param allocations counted from the start
     * @param frees       counted from the start
     * @param limitBytes  0 for none
     */
    record Total(long liveBytes, long peakBytes, long allocations, long frees, long limitBytes) {
    }
}
