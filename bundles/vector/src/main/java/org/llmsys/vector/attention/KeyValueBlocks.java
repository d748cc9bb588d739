package org.llmsys.vector.attention;

import java.util.List;

import org.llmsys.attention.CachedRows;
import org.llmsys.tensor.Tensor;

/**
 * Keys and values of all heads in one piece or in blocks, one behind the other: row j of block i begins at {@code offset + head * headStride +
 * j * stride} of the block's array. Looked up once for all heads, because a block is a short run.
 */
final class KeyValueBlocks {

    /** The keys, or the values. */
    static final class Side {
        final float[][] data;
        private final int[] offsets;
        private final int[] headStrides;
        final int[] strides;

        private Side(List<Tensor> blocks) {
            data = new float[blocks.size()][];
            offsets = new int[blocks.size()];
            headStrides = new int[blocks.size()];
            strides = new int[blocks.size()];
            for (int i = 0; i < data.length; i++) {
                Tensor block = blocks.get(i);                        // (NKV,n,HS)
                data[i] = block.storage().floats();
                offsets[i] = Math.toIntExact(block.offset());
                headStrides[i] = Math.toIntExact(block.stride(0));
                strides[i] = Math.toIntExact(block.stride(1));
            }
        }

        /** Where row 0 of a head begins in a block. */
        int at(int block, int head) {
            return offsets[block] + head * headStrides[block];
        }
    }

    final Side keys;
    final Side values;
    private final int[] counts;

    private KeyValueBlocks(List<Tensor> keys, List<Tensor> values) {
        this.keys = new Side(keys);
        this.values = new Side(values);
        this.counts = new int[keys.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = keys.get(i).shape().intExtent(1);
        }
    }

    static KeyValueBlocks of(CachedRows rows) {
        return new KeyValueBlocks(rows.keys(), rows.values());
    }

    /** One batch row of k and v (B,NKV,S,HS): a single block. */
    static KeyValueBlocks of(Tensor k, Tensor v, int batch) {
        return new KeyValueBlocks(List.of(k.select(0, batch)), List.of(v.select(0, batch)));
    }

    int size() {
        return counts.length;
    }

    /** Positions of a block. */
    int count(int block) {
        return counts[block];
    }
}
