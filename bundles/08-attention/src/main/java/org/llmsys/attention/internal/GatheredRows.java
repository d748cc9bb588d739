package org.llmsys.attention.internal;

import java.util.List;

import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * One piece for what lies in blocks, because attention kernels read a sequence with one stride. It is one layer's keys or values and grows
 * with the sequence, each time to half as much again as is needed.
 */
final class GatheredRows implements AutoCloseable {

    private final CacheSpec spec;
    private final TensorAllocator allocator;
    private Storage storage;
    private Tensor room;
    private int positions;

    GatheredRows(CacheSpec spec, TensorAllocator allocator) {
        this.spec = spec;
        this.allocator = allocator;
    }

    /**
     * @param blocks each (NKV, POSITIONS, HS)
     * @param length positions wanted; those beyond the blocks are zeros
     * @return shape (NKV, length, HS)
     */
    Tensor of(List<Tensor> blocks, int length) {
        if (room == null || positions < length) {
            grow(length);
        }
        for (int from = 0; from < length; from += CacheBlock.POSITIONS) {
            int to = Math.min(length, from + CacheBlock.POSITIONS);
            Tensor into = room.slice(1, from, to);
            int block = from / CacheBlock.POSITIONS;
            if (block < blocks.size()) {
                CacheRows.copy(blocks.get(block).slice(1, 0, to - from), into);
            } else {
                into.copyFrom(Tensor.zeros(DType.F32, into.shape()));
            }
        }
        return room.slice(1, 0, length);
    }

    private void grow(int length) {
        close();
        positions = Math.min(spec.capacity(), Math.max(length + length / 2, CacheBlock.POSITIONS));
        Shape shape = Shape.of(spec.numKvHeads(), positions, spec.headDim());
        storage = allocator.allocate(DType.F32, shape.size(), "kv-cache");
        room = storage.floats() != null ? Tensor.of(storage, shape) : Tensor.zeros(DType.F32, shape);      // kernels read on the heap
    }

    @Override
    public void close() {
        if (storage != null) {
            storage.close();
            storage = null;
            room = null;
        }
    }
}
