package org.llmsys.attention.internal;

import java.util.Arrays;

import org.llmsys.tensor.Tensor;

/**
 * The rows of one head: a (rows, HS) matrix inside a tensor of shape (B, heads, rows, HS), not copied.
 *
 * @param data   the tensor's array
 * @param offset where row 0 starts
 * @param stride from one row to the next, in elements
 * @param rows   T or S
 * @param width  HS
 */
record HeadMatrix(float[] data, int offset, int stride, int rows, int width) {

    static HeadMatrix of(Tensor x, int batch, int head) {
        long start = x.offset() + batch * x.stride(0) + head * x.stride(1);
        return new HeadMatrix(x.storage().floats(), Math.toIntExact(start), Math.toIntExact(x.stride(2)), x.shape().intExtent(2), x.shape().intExtent(3));
    }

    /** Where a row starts in {@link #data}. */
    int at(int row) {
        return offset + row * stride;
    }

    float get(int row, int column) {
        return data[at(row) + column];
    }

    void set(int row, int column, double value) {
        data[at(row) + column] = (float) value;
    }

    void add(int row, int column, double value) {
        data[at(row) + column] += (float) value;
    }

    /** A copy of a row. */
    float[] row(int row) {
        return Arrays.copyOfRange(data, at(row), at(row) + width);
    }

    void setRow(int row, float[] elements) {
        System.arraycopy(elements, 0, data, at(row), width);
    }
}
