package org.llmsys.attention;

import java.util.List;

import org.llmsys.assembly.Finite;
import org.llmsys.attention.internal.CacheRows;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Keys and values of one layer as a cache keeps them: in one piece, or in blocks, one behind the other along the positions. To read only.
 *
 * <pre>
 *   keys, values      blocks (NKV, n_i, HS), each on the heap with stride 1 over HS; the sum of all n_i is S
 *   allKeys()         (1, NKV, S, HS): the only block as it lies, else a copy of all
 * </pre>
 *
 * @param keys   at least one block
 * @param values as many, of the same shapes
 */
public record CachedRows(List<Tensor> keys, List<Tensor> values) implements Finite {

    /** @throws ShapeException when there is not one block of values for each block of keys, of the same shape */
    public CachedRows {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
        if (keys.isEmpty() || keys.size() != values.size()) {
            throw new ShapeException("cached rows", "(" + keys.size() + ")", "(" + values.size() + ")",
                    "every block of keys has one of values, and there is one at least");
        }
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).shape().rank() != 3 || !keys.get(i).shape().equals(values.get(i).shape())) {
                throw new ShapeException("cached rows: block " + i, keys.get(i).shape(), values.get(i).shape(),
                        "both are (key heads, positions, head dim)");
            }
        }
    }

    /** S. */
    public int positions() {
        int positions = 0;
        for (Tensor block : keys) {
            positions += block.shape().intExtent(1);
        }
        return positions;
    }

    /** All keys in one piece. */
    public Tensor allKeys() {
        return CacheRows.onePiece(keys).unsqueeze(0);
    }

    /** All values in one piece. */
    public Tensor allValues() {
        return CacheRows.onePiece(values).unsqueeze(0);
    }

    @Override
    public boolean allFinite() {
        return keys.stream().allMatch(Tensor::allFinite) && values.stream().allMatch(Tensor::allFinite);
    }
}
