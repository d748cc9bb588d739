package org.llmsys.attention.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/** For each layer one block of keys and one of values, (NKV, capacity, HS), allocated whole when the sequence starts. */
final class ContiguousKvCache implements KvCache {

    private final CacheSpec spec;
    private final TensorAllocator allocator;
    private final List<Storage> storages = new ArrayList<>();
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private int length;

    ContiguousKvCache(CacheSpec spec, TensorAllocator allocator) {
        this.spec = spec;
        this.allocator = allocator;
        try {
            for (int layer = 0; layer < spec.numLayers(); layer++) {
                keys.add(allocate());
                values.add(allocate());
            }
        } catch (RuntimeException e) {
            close();                                             // what was got before memory ran out goes back
            throw e;
        }
    }

    private Tensor allocate() {
        Shape shape = Shape.of(spec.numKvHeads(), spec.capacity(), spec.headDim());
        Storage storage = allocator.allocate(DType.F32, shape.size(), "kv-cache");
        storages.add(storage);
        return Tensor.of(storage, shape);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int capacity() {
        return spec.capacity();
    }

    @Override
    public void write(int layer, Tensor newKeys, Tensor newValues) {
        int positions = CacheRows.requireFit(spec, layer, newKeys, newValues);
        CacheRows.requireRoom(spec, length, positions);
        CacheRows.copy(newKeys, keys.get(layer).slice(1, length, length + positions));
        CacheRows.copy(newValues, values.get(layer).slice(1, length, length + positions));
    }

    @Override
    public Tensor keys(int layer, int pending) {
        return rows(keys.get(layer), pending);
    }

    @Override
    public Tensor values(int layer, int pending) {
        return rows(values.get(layer), pending);
    }

    /** A view; a copy only when an allocator keeps its storage off the heap, where attention kernels do not read. */
    private Tensor rows(Tensor all, int pending) {
        CacheRows.requireRoom(spec, length, pending);
        Tensor rows = all.slice(1, 0, length + pending);         // (NKV, length+pending, HS)
        return rows.storage().floats() != null ? rows : rows.copy();
    }

    @Override
    public void commit(int positions) {
        CacheRows.requireRoom(spec, length, positions);
        length += positions;
    }

    @Override
    public void truncate(int newLength) {
        CacheRows.requireNoMore(length, newLength);
        length = newLength;
    }

    /** All of it is copied: the price of keeping a sequence in one piece. */
    @Override
    public KvCache fork() {
        return fork(spec.capacity());
    }

    @Override
    public KvCache fork(int capacity) {
        ContiguousKvCache copy = new ContiguousKvCache(CacheRows.withRoom(spec, length, capacity), allocator);
        for (int layer = 0; layer < spec.numLayers(); layer++) {
            CacheRows.copy(keys.get(layer).slice(1, 0, length), copy.keys.get(layer).slice(1, 0, length));
            CacheRows.copy(values.get(layer).slice(1, 0, length), copy.values.get(layer).slice(1, 0, length));
        }
        copy.length = length;
        return copy;
    }

    @Override
    public void close() {
        storages.forEach(Storage::close);
    }
}
