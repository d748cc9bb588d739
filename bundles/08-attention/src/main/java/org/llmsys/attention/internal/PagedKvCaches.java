package org.llmsys.attention.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.service.component.annotations.Component;

/**
 * Makes caches that take memory as a sequence grows, in blocks of 16 positions, and whose forks share what they have in common.
 *
 * <pre>
 *   bytes      = ceil(length / 16) · 2 · L · NKV · 16 · HS · 4     + one layer in one piece, for the kernels
 *   max bytes  = ceil(capacity / 16) blocks + 2 · NKV · capacity · HS · 4
 * </pre>
 *
 * <p>A fork counts references to blocks; the first of several holders that writes to a block copies it (copy on write), so at most one block
 * is copied a fork. In exchange every step puts each layer's rows into one piece for the kernel, which costs one copy of what attention reads
 * anyway.
 *
 * @see <a href="https://arxiv.org/abs/2309.06180">Kwon et al. 2023, Efficient Memory Management for Large Language Model Serving with PagedAttention</a>
 */
@Component
@Provider(slot = "cache", algorithm = KvCacheFactory.ALGORITHM, name = "paged", summary = "blocks of 16 positions as they are needed, shared by forks",
        reference = "https://arxiv.org/abs/2309.06180")
public final class PagedKvCaches implements KvCacheFactory {

    @Override
    public KvCache create(CacheSpec spec, TensorAllocator allocator) {
        return new PagedKvCache(spec, allocator);
    }

    @Override
    public long maxBytes(CacheSpec spec) {
        long blocks = Math.multiplyExact(CacheBlock.count(spec.capacity()), CacheBlock.bytes(spec));
        return Math.addExact(blocks, new CacheSpec(1, spec.numKvHeads(), spec.headDim(), spec.capacity()).bytes());
    }
}
