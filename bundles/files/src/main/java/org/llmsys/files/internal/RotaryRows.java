package org.llmsys.files.internal;

import org.llmsys.tensor.Tensor;

/**
 * The rows of q and k weights (heads * headDim, in), or their biases, in the other order of rotary positions. A view: nothing is copied, and
 * as whole rows move, block types may be moved too.
 *
 * <pre>
 *   half-split     x0 x1 x2 ... y0 y1 y2 ...      pair j is feature j and feature j + headDim/2
 *   interleaved    x0 y0 x1 y1 x2 y2 ...          pair j is feature 2j and feature 2j + 1
 * </pre>
 */
public final class RotaryRows {

    private RotaryRows() {
    }

    /** From half-split to interleaved: (heads, headDim/2, 2, in) in place of (heads * headDim, in). */
    public static Tensor interleaved(Tensor halfSplit, int heads) {
        return split(halfSplit, heads, 2, halfSplit.shape().extent(0) / heads / 2).transpose(1, 2);
    }

    /** From interleaved to half-split: (heads, 2, headDim/2, in) in place of (heads * headDim, in). */
    public static Tensor halfSplit(Tensor interleaved, int heads) {
        return split(interleaved, heads, interleaved.shape().extent(0) / heads / 2, 2).transpose(1, 2);
    }

    private static Tensor split(Tensor rows, int heads, long outer, long inner) {
        return rows.shape().rank() == 1 ? rows.reshape(heads, outer, inner) : rows.reshape(heads, outer, inner, rows.shape().extent(1));
    }
}
