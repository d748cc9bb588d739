package org.llmsys.attention;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes the memory of one sequence. Stateless; the caches it made live on when it goes away. */
@Slot("cache")
@ConsumerType
public interface KvCacheFactory {

    /** The algorithm of this slot. */
    String ALGORITHM = "kv-cache";

    /** An empty cache; its memory belongs to {@code allocator} until it is closed. */
    KvCache create(CacheSpec spec, TensorAllocator allocator);

    /** Most memory that one cache of this size takes; what forks share counts once. */
    default long maxBytes(CacheSpec spec) {
        return spec.bytes();
    }

    /**
     * @param numLayers  L
     * @param numKvHeads NKV
     * @param headDim    HS
     * @param capacity   most positions it can hold
     */
    record CacheSpec(int numLayers, int numKvHeads, int headDim, int capacity) {

        /** What a cache of this size takes: keys and values, F32. */
        public long bytes() {
            return Math.multiplyExact(Math.multiplyExact(2L * numLayers * numKvHeads, headDim), 4L * capacity);
        }
    }
}
