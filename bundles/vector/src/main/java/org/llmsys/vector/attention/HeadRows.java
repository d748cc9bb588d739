package org.llmsys.vector.attention;

import java.util.Arrays;

import org.llmsys.tensor.Tensor;

/**
 * The rows of some neighbouring heads, where they lie: row t of head h begins at {@link #at}.
 *
 * @param offset     where row 0 of head 0 begins
 * @param headStride from one head to the next
 * @param stride     from one row to the next
 * @param rows       T
 * @param width      HS
 */
record HeadRows(float[] data, int offset, int heads, int headStride, int stride, int rows, int width) {

    /** Heads {@code from} to {@code from + heads - 1} of one batch row of (B,NH,T,HS). */
    static HeadRows of(Tensor x, int batch, int from, int heads) {
        long start = x.offset() + batch * x.stride(0) + from * x.stride(1);
        return new HeadRows(x.storage().floats(), Math.toIntExact(start), heads, Math.toIntExact(x.stride(1)), Math.toIntExact(x.stride(2)),
                x.shape().intExtent(2), x.shape().intExtent(3));
    }

    int at(int head, int row) {
        return offset + head * headStride + row * stride;
    }

    /** Sets all elements of all rows. */
    void fill(float element) {
        for (int h = 0; h < heads; h++) {
            for (int t = 0; t < rows; t++) {
                Arrays.fill(data, at(h, t), at(h, t) + width, element);
            }
        }
    }
}
