package org.llmsys.attention.internal;

import java.util.List;
import java.util.Objects;

import org.llmsys.assembly.Problem;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** What caches check and copy, wherever they keep it: rows of shape (NKV, positions, HS). */
public final class CacheRows {

    private CacheRows() {
    }

    /** Positions that these keys and values have. */
    static int requireFit(CacheSpec spec, int layer, Tensor keys, Tensor values) {
        Objects.checkIndex(layer, spec.numLayers());
        int positions = requireFit(spec, "keys", keys);
        if (requireFit(spec, "values", values) != positions) {
            throw new ShapeException("cache: keys and values", keys.shape(), values.shape(), "every key has one value");
        }
        return positions;
    }

    private static int requireFit(CacheSpec spec, String name, Tensor rows) {
        Shape shape = rows.shape();
        if (shape.rank() != 3 || shape.extent(0) != spec.numKvHeads() || shape.extent(2) != spec.headDim()) {
            throw new ShapeException("cache: " + name, shape, "it holds (" + spec.numKvHeads() + ", positions, " + spec.headDim() + ")");
        }
        return shape.intExtent(1);
    }

    static void requireRoom(CacheSpec spec, int length, int positions) {
        if (positions < 0 || positions > spec.capacity() - length) {
            throw Problem.failed("the cache cannot take " + positions + " more positions",
                    "it holds " + length + " of at most " + spec.capacity(), "use fewer tokens, or a cache with a larger capacity");
        }
    }

    /** Of a fork that reaches less far. */
    static CacheSpec withRoom(CacheSpec spec, int length, int capacity) {
        if (capacity < length || capacity > spec.capacity()) {
            throw new IllegalArgumentException("a fork of " + length + " positions with room for " + spec.capacity() + " cannot have room for " + capacity);
        }
        return new CacheSpec(spec.numLayers(), spec.numKvHeads(), spec.headDim(), capacity);
    }

    static void requireNoMore(int length, int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("a cache of " + length + " positions cannot be cut to " + newLength);
        }
    }

    /** All blocks (NKV,n,HS) in one piece on the heap, (NKV,S,HS): the only one as it lies, else a copy. */
    public static Tensor onePiece(List<Tensor> blocks) {
        if (blocks.size() == 1) {
            return blocks.getFirst();
        }
        Shape first = blocks.getFirst().shape();
        long positions = blocks.stream().mapToLong(block -> block.shape().extent(1)).sum();
        Tensor all = Tensor.zeros(blocks.getFirst().dtype(), Shape.of(first.extent(0), positions, first.extent(2)));
        long from = 0;
        for (Tensor block : blocks) {
            long to = from + block.shape().extent(1);
            copy(block, all.slice(1, from, to));
            from = to;
        }
        return all;
    }

    /** Run by run when both are on the heap: a head's rows at once where they lie one behind the other on both sides, else row by row. */
    static void copy(Tensor from, Tensor to) {
        float[] source = from.storage().floats();
        float[] target = to.storage().floats();
        if (source == null || target == null) {
            to.copyFrom(from);
            return;
        }
        int width = from.shape().intExtent(2);
        int positions = from.shape().intExtent(1);
        int run = from.stride(1) == width && to.stride(1) == width ? Math.max(1, positions) : 1;
        for (int head = 0; head < from.shape().intExtent(0); head++) {
            for (int position = 0; position < positions; position += run) {
                System.arraycopy(source, Math.toIntExact(from.offset() + head * from.stride(0) + position * from.stride(1)),
                        target, Math.toIntExact(to.offset() + head * to.stride(0) + position * to.stride(1)), run * width);
            }
        }
    }
}
