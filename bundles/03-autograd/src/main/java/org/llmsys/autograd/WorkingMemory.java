package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * What one pass computes in: asked from the allocator piece by piece, given back at once.
 *
 * <p>Kernels work on Java arrays. An allocator whose storage lies elsewhere is right for weights and files, but not for this: it is
 * asked once, and from then on the pass takes plain arrays, so any allocator can be chosen at any step.
 */
final class WorkingMemory implements AutoCloseable {

    private final TensorAllocator allocator;
    private final String owner;
    private final List<Storage> storages = new ArrayList<>();
    private boolean elsewhere;

    WorkingMemory(TensorAllocator allocator, String owner) {
        this.allocator = allocator;
        this.owner = owner;
    }

    /** Zeroed F32 elements in an array, contiguous. */
    Tensor zeros(Shape shape) {
        if (!elsewhere) {
            Storage storage = allocator.allocate(DType.F32, shape.size(), owner);
            if (storage.floats() != null) {
                storages.add(storage);
                return Tensor.of(storage, shape);
            }
            storage.close();
            elsewhere = true;
        }
        return Tensor.zeros(DType.F32, shape);
    }

    @Override
    public void close() {
        storages.forEach(Storage::close);
        storages.clear();
    }
}
