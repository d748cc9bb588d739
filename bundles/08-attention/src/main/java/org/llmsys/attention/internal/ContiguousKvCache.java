package org.llmsys.attention.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.llmsys.assembly.Problem;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/** For each layer one block of keys and one of values, (NKV, capacity, HS), allocated whole when the sequence starts. */
final class ContiguousKvCache implements KvCache {

    private final CacheSpec spec;
    private final List<Storage> storages = new ArrayList<>();
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private int length;

    ContiguousKvCache(CacheSpec spec, TensorAllocator allocator) {
        this.spec = spec;
        try {
            for (int layer = 0; layer < spec.numLayers(); layer++) {
                keys.add(allocate(allocator));
                values.add(allocate(allocator));
            }
        } catch (RuntimeException e) {
            close();                                             // what was got before memory ran out goes back
            throw e;
        }
    }

    private Tensor allocate(TensorAllocator allocator) {
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
        Objects.checkIndex(layer, spec.numLayers());
        int positions = requireFit("keys", newKeys);
        if (requireFit("values", newValues) != positions) {
            throw new ShapeException("cache: keys and values", newKeys.shape(), newValues.shape(), "every key has one value");
        }
        requireRoom(positions);
        copy(newKeys, keys.get(layer).slice(1, length, length + positions));
        copy(newValues, values.get(layer).slice(1, length, length + positions));
    }

    private int requireFit(String name, Tensor rows) {
        Shape shape = rows.shape();
        if (shape.rank() != 3 || shape.extent(0) != spec.numKvHeads() || shape.extent(2) != spec.headDim()) {
            throw new ShapeException("cache: " + name, shape, "it holds (" + spec.numKvHeads() + ", positions, " + spec.headDim() + ")");
        }
        return shape.intExtent(1);
    }

    private void requireRoom(int positions) {
        if (positions < 0 || positions > capacity() - length) {
            throw Problem.failed("the cache cannot take " + positions + " more positions",
                    "it holds " + length + " of at most " + capacity(), "use fewer tokens, or a cache with a larger capacity");
        }
    }

    /** Row by row when both are on the heap: one copy of HS elements each. */
    private void copy(Tensor from, Tensor to) {
        float[] source = from.storage().floats();
        float[] target = to.storage().floats();
        if (source == null || target == null) {
            to.copyFrom(from);
            return;
        }
        int heads = spec.numKvHeads();
        for (int row = 0; row < heads * from.shape().intExtent(1); row++) {
            int head = row % heads;
            int position = row / heads;
            System.arraycopy(source, Math.toIntExact(from.offset() + head * from.stride(0) + position * from.stride(1)),
                    target, Math.toIntExact(to.offset() + head * to.stride(0) + position * to.stride(1)), spec.headDim());
        }
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
        requireRoom(pending);
        Tensor rows = all.slice(1, 0, length + pending);         // (NKV, length+pending, HS)
        return rows.storage().floats() != null ? rows : rows.copy();
    }

    @Override
    public void commit(int positions) {
        requireRoom(positions);
        length += positions;
    }

    @Override
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("a cache of " + length + " positions cannot be cut to " + newLength);
        }
        length = newLength;
    }

    @Override
    public void close() {
        storages.forEach(Storage::close);
    }
}
