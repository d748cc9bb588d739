package org.llmsys.attention.internal;

import java.util.concurrent.atomic.AtomicInteger;

import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * Keys and values of {@link #POSITIONS} neighbouring positions in every layer, shape (L, 2, NKV, POSITIONS, HS), and how many caches hold it.
 * Whoever is the only holder may write; the last one to let go gives the memory back.
 */
final class CacheBlock {

    /** Few enough that little is wasted in the last block, many enough that a kernel reads long runs. */
    static final int POSITIONS = 16;

    private final CacheSpec spec;
    private final TensorAllocator allocator;
    private final Storage storage;
    private final Tensor all;
    private final Tensor[] keys;
    private final Tensor[] values;
    private final AtomicInteger holders = new AtomicInteger(1);

    CacheBlock(CacheSpec spec, TensorAllocator allocator) {
        this.spec = spec;
        this.allocator = allocator;
        Shape shape = Shape.of(spec.numLayers(), 2, spec.numKvHeads(), POSITIONS, spec.headDim());
        this.storage = allocator.allocate(DType.F32, shape.size(), "kv-cache");
        this.all = Tensor.of(storage, shape);
        this.keys = new Tensor[spec.numLayers()];
        this.values = new Tensor[spec.numLayers()];
        for (int layer = 0; layer < spec.numLayers(); layer++) {     // made once, because every step asks for all of them
            keys[layer] = all.select(0, layer).select(0, 0);
            values[layer] = all.select(0, layer).select(0, 1);
        }
    }

    /** Blocks that hold so many positions. */
    static int count(int positions) {
        return Math.ceilDiv(positions, POSITIONS);
    }

    /** What one block takes. */
    static long bytes(CacheSpec spec) {
        return new CacheSpec(spec.numLayers(), spec.numKvHeads(), spec.headDim(), POSITIONS).bytes();
    }

    /** Keys of a layer, shape (NKV, POSITIONS, HS). */
    Tensor keys(int layer) {
        return keys[layer];
    }

    /** Values of a layer, shape (NKV, POSITIONS, HS). */
    Tensor values(int layer) {
        return values[layer];
    }

    /** One more cache holds it. */
    CacheBlock share() {
        holders.incrementAndGet();
        return this;
    }

    /** A block with the same content that one of its holders may write to: this one when there is no other, else a copy. */
    CacheBlock own() {
        if (holders.get() == 1) {
            return this;
        }
        CacheBlock copy = new CacheBlock(spec, allocator);
        copy.all.copyFrom(all);
        release();
        return copy;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            storage.close();
        }
    }
}
