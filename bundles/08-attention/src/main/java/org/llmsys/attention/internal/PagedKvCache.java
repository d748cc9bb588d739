package org.llmsys.attention.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * A cache in blocks: block n holds positions n·16 to n·16 + 15 of every layer. A block comes when its first position is needed, is shared by
 * forks while nobody writes to it, and goes with its last holder.
 */
final class PagedKvCache implements KvCache {

    private final CacheSpec spec;
    private final TensorAllocator allocator;
    private final List<CacheBlock> blocks;
    private final GatheredRows keys;
    private final GatheredRows values;
    private int length;

    PagedKvCache(CacheSpec spec, TensorAllocator allocator) {
        this(spec, allocator, List.of(), 0);
    }

    private PagedKvCache(CacheSpec spec, TensorAllocator allocator, List<CacheBlock> shared, int length) {
        this.spec = spec;
        this.allocator = allocator;
        this.blocks = new ArrayList<>(shared);
        this.keys = new GatheredRows(spec, allocator);
        this.values = new GatheredRows(spec, allocator);
        this.length = length;
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
        ownUpTo(length + positions);
        int from = length;
        while (from < length + positions) {                                        // the run of rows that lie in one block
            int inBlock = from % CacheBlock.POSITIONS;
            int to = Math.min(length + positions, from - inBlock + CacheBlock.POSITIONS);
            CacheBlock block = blocks.get(from / CacheBlock.POSITIONS);
            CacheRows.copy(newKeys.slice(1, from - length, to - length), block.keys(layer).slice(1, inBlock, inBlock + to - from));
            CacheRows.copy(newValues.slice(1, from - length, to - length), block.values(layer).slice(1, inBlock, inBlock + to - from));
            from = to;
        }
    }

    /** Blocks for positions {@code length} to {@code end - 1}, each held by this cache alone. */
    private void ownUpTo(int end) {
        for (int n = length / CacheBlock.POSITIONS; n < CacheBlock.count(end); n++) {
            if (n < blocks.size()) {
                blocks.set(n, blocks.get(n).own());
            } else {
                blocks.add(new CacheBlock(spec, allocator));
            }
        }
    }

    @Override
    public Tensor keys(int layer, int pending) {
        return gathered(keys, pending, blocks.stream().map(block -> block.keys(layer)).toList());
    }

    @Override
    public Tensor values(int layer, int pending) {
        return gathered(values, pending, blocks.stream().map(block -> block.values(layer)).toList());
    }

    private Tensor gathered(GatheredRows rows, int pending, List<Tensor> parts) {
        CacheRows.requireRoom(spec, length, pending);
        return rows.of(parts, length + pending);
    }

    @Override
    public void commit(int positions) {
        CacheRows.requireRoom(spec, length, positions);
        ownUpTo(length + positions);                             // rows that nobody wrote are zeros
        length += positions;
    }

    @Override
    public void truncate(int newLength) {
        CacheRows.requireNoMore(length, newLength);
        length = newLength;
        while (blocks.size() > CacheBlock.count(length)) {
            blocks.removeLast().release();
        }
    }

    /** Holds the same blocks: the first to write to one gets a copy of it. */
    @Override
    public KvCache fork() {
        return new PagedKvCache(spec, allocator, blocks.subList(0, CacheBlock.count(length)).stream().map(CacheBlock::share).toList(), length);
    }

    @Override
    public void close() {
        blocks.forEach(CacheBlock::release);
        blocks.clear();
        keys.close();
        values.close();
    }
}
