package org.llmsys.tensor.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.AllocationLedger;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.service.component.annotations.Component;

/**
 * Memory outside the Java heap, one arena a storage: no limit of 2^31 elements, no work for the garbage collector, and freed at the
 * moment of {@code close()}. What is never closed is never freed.
 */
@Component(immediate = true)                                          // keeps the counts while nobody holds it
@Provider(slot = "allocator", algorithm = TensorAllocator.ALGORITHM, name = "arena", summary = "off-heap memory segments, freed when closed",
        reference = "JEP 454: Foreign Function & Memory API")
public final class ArenaAllocator implements TensorAllocator {

    /** A cache line, so that no two storages share one. */
    private static final long ALIGNMENT = 64;

    private final AllocationLedger ledger = new AllocationLedger();

    @Override
    public Storage allocate(DType dtype, long size, String owner) {
        long bytes = dtype.bytes(size);
        Arena arena = Arena.ofShared();                                // any thread may read, any thread may close
        try {
            MemorySegment segment = arena.allocate(bytes, ALIGNMENT);  // zeroed
            return new CountedStorage(new SegmentStorage(dtype, size, segment), ledger.account(owner), arena::close);
        } catch (OutOfMemoryError | IllegalArgumentException full) {
            arena.close();
            throw new Problem("cannot allocate " + bytes + " bytes for " + owner, "the system gives no more memory outside the Java heap",
                    "close what is not needed, or use a smaller model or batch", Problem.FAILED, full);
        }
    }

    @Override
    public List<Usage> usage() {
        return ledger.usage();
    }
}
