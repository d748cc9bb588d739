package org.llmsys.tensor;

import java.util.List;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.internal.HeapAllocator;
import org.osgi.annotation.versioning.ConsumerType;

/** Gives out storage and keeps count of it. Thread-safe. Another allocator serves new storage only: storage outlives leases. */
@Slot("allocator")
@ConsumerType
public interface TensorAllocator {

    /** The algorithm of this slot. */
    String ALGORITHM = "allocator";

    /**
     * Storage of {@code size} elements, all zero.
     *
     * @param owner who asks, for the statistics: {@code train}, {@code kv-cache}
     * @throws org.llmsys.assembly.Problem when there is not enough memory
     */
    Storage allocate(DType dtype, long size, String owner);

    /** Counts by owner, sorted by name. */
    List<Usage> usage();

    /** A counting allocator of Java arrays, for tests and for embedding without a framework. */
    static TensorAllocator heap() {
        return new HeapAllocator();
    }

    /**
     * @param owner     who asked
     * @param liveBytes bytes given out and not closed
     * @param peakBytes largest {@code liveBytes} so far
     * @param count     storages given out and not closed
     */
    record Usage(String owner, long liveBytes, long peakBytes, long count) {
    }
}
