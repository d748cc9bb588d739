package org.llmsys.attention.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.llmsys.attention.CachedRows;
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
    private int length;

    PagedKvCache(CacheSpec spec, TensorAllocator allocator) {
        this(spec, allocator, List.of(), 0);
    }

    private PagedKvCache(CacheSpec spec, TensorAllocator allocator, List<CacheBlock> shared, int length) {
        this.spec = spec;
        this.allocator = allocator;
        this.blocks = new ArrayList<>(shared);
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

    /** A copy: whoever can read blocks asks for {@link #rows}. */
    @Override
    public Tensor keys(int layer, int pending) {
        return rows(layer, pending).allKeys().select(0, 0);
    }

    @Override
    public Tensor values(int layer, int pending) {
        return rows(layer, pending).allValues().select(0, 0);
    }

    @Override
    public CachedRows rows(int layer, int pending) {
        CacheRows.requireRoom(spec, length, pending);
        Objects.checkIndex(layer, spec.numLayers());
        List<Tensor> keys = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        int left = length + pending;
        for (int n = 0; n == 0 || left > 0; n++) {
            int positions = Math.min(left, CacheBlock.POSITIONS);
            keys.add(n < blocks.size() ? readable(blocks.get(n).keys(layer), positions) : unwritten(positions));
            values.add(n < blocks.size() ? readable(blocks.get(n).values(layer), positions) : unwritten(positions));
            left -= positions;
        }
        return new CachedRows(keys, values);
    }

    /** The first positions of a block; a copy only when an allocator keeps its storage off the heap, where attention kernels do not read. */
    private static Tensor readable(Tensor block, int positions) {
        Tensor rows = positions == CacheBlock.POSITIONS ? block : block.slice(1, 0, positions);
        return rows.storage().floats() != null ? rows : rows.copy();
    }

    private Tensor unwritten(int positions) {
        return Tensor.zeros(spec.numKvHeads(), positions, spec.headDim());
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
        return fork(spec.capacity());
    }

    /** Costs nothing either way: blocks come as they are needed. */
    @Override
    public KvCache fork(int capacity) {
        return new PagedKvCache(CacheRows.withRoom(spec, length, capacity), allocator, blocks.subList(0, CacheBlock.count(length)).stream().map(CacheBlock::share).toList(), length);
    }

    @Override
    public void close() {
        blocks.forEach(CacheBlock::release);
        blocks.clear();
    }
}
