package org.llmsys.attention.internal;

import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/**
 * The rows of one head, whatever their type: a (rows, HS) matrix inside a tensor of shape (B, heads, rows, HS), not copied. Read as
 * double, rounded when written.
 *
 * @param offset where row 0 starts
 * @param stride from one row to the next, in elements
 * @param rows   T or S
 * @param width  HS
 */
record HeadElements(Storage elements, long offset, long stride, int rows, int width) {

    static HeadElements of(Tensor x, int batch, int head) {
        Tensor matrix = x.select(0, batch).select(0, head);
        return new HeadElements(x.storage(), matrix.offset(), matrix.stride(0), matrix.shape().intExtent(0), matrix.shape().intExtent(1));
    }

    double get(int row, int column) {
        return elements.getDouble(at(row, column));
    }

    void set(int row, int column, double value) {
        elements.setDouble(at(row, column), value);
    }

    void add(int row, int column, double value) {
        set(row, column, get(row, column) + value);
    }

    private long at(int row, int column) {
        return offset + row * stride + column;
    }
}
