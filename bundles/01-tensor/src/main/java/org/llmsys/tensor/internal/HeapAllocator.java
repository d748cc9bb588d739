package org.llmsys.tensor.internal;

import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.AllocationLedger;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.service.component.annotations.Component;

/**
 * Java arrays, counted: a {@code float[]} for F32, which is the fast path of every kernel. Closing lets go of the array and the
 * garbage collector takes it; at most 2^31 - 9 elements a storage.
 *
 * <p>Immediate, as a delayed component is thrown away when nobody holds it, and its counts with it.
 */
@Component(immediate = true, property = "service.ranking:Integer=10")
@Provider(slot = "allocator", algorithm = TensorAllocator.ALGORITHM, name = "heap", summary = "Java arrays; the default and the fast path")
public final class HeapAllocator implements TensorAllocator {

    private final AllocationLedger ledger = new AllocationLedger();

    @Override
    public Storage allocate(DType dtype, long size, String owner) {
        long bytes = dtype.bytes(size);
        try {
            Storage array = Tensor.zeros(dtype, Shape.of(size)).storage();
            return new CountedStorage(array, ledger.account(owner), array::close);
        } catch (OutOfMemoryError full) {
            throw new Problem("cannot allocate " + bytes + " bytes for " + owner,
                    "the Java heap of " + Runtime.getRuntime().maxMemory() + " bytes is full",
                    "give the JVM more heap (-Xmx), or use a smaller model or batch", Problem.FAILED, full);
        }
    }

    @Override
    public List<Usage> usage() {
        return ledger.usage();
    }
}
