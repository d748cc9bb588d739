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
 *   bytes      = ceil(length / 16) · 2 · L · NKV · 16 · HS · 4
 *   max bytes  = the same for the capacity
 * </pre>
 *
 * <p>A fork counts references to blocks; the first of several holders that writes to a block copies it (copy on write), so at most one block
 * is copied a fork. A kernel that reads blocks where they lie ({@code vector}, {@code streaming}) needs nothing beside them; any other gets
 * a copy of one layer at a time, which the garbage collector takes.
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
        return Math.multiplyExact(CacheBlock.count(spec.capacity()), CacheBlock.bytes(spec));
    }
}
