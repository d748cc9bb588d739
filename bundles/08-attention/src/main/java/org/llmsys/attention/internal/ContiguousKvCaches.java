package org.llmsys.attention.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.propertytypes.ServiceRanking;

/**
 * Makes caches that hold all positions of a sequence in one piece a layer: reading them is a view, at the price of taking the
 * memory for the full capacity at once.
 *
 * <pre>
 *   bytes = 2 · L · NKV · HS · capacity · 4
 * </pre>
 */
@Component
@ServiceRanking(10)
@Provider(slot = "cache", algorithm = KvCacheFactory.ALGORITHM, name = "contiguous", summary = "one block of keys and values a layer, allocated whole")
public final class ContiguousKvCaches implements KvCacheFactory {

    @Override
    public KvCache create(CacheSpec spec, TensorAllocator allocator) {
        return new ContiguousKvCache(spec, allocator);
    }
}
