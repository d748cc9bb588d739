package org.llmsys.matmul;

import org.llmsys.assembly.Finite;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * A matrix laid over an array: element (r, c) stands at {@code offset + r*rowStride + c*columnStride}. A transposed matrix is the
 * same array with the strides exchanged; nothing is copied.
 */
public record Matrix(float[] data, int offset, int rows, int columns, int rowStride, int columnStride) implements Finite {

    public Matrix {
        if (rows < 0 || columns < 0) {
            throw new ShapeException("matrix", shapeText(rows, columns), "an extent is negative");
        }
        if (rows > 0 && columns > 0) {
            long a = (rows - 1L) * rowStride;
            long b = (columns - 1L) * columnStride;
            long low = offset + Math.min(0, a) + Math.min(0, b);
            long high = offset + Math.max(0, a) + Math.max(0, b);
            if (low < 0 || high >= data.length) {
                throw new ShapeException("matrix", shapeText(rows, columns),
                        "it reaches elements " + low + " to " + high + " of an array of " + data.length);
            }
        }
    }

    /** A row-major matrix over the whole array. */
    public static Matrix of(int rows, int columns, float... data) {
        return new Matrix(data, 0, rows, columns, columns, 1);
    }

    /** A tensor of rank 2 with any strides, F32 on the heap. */
    public static Matrix of(Tensor t) {
        if (t.shape().rank() != 2 || t.storage().floats() == null) {
            throw new ShapeException("matrix", t.shape(), "a matrix is a tensor of rank 2, F32, on the heap");
        }
        return new Matrix(t.storage().floats(), t.floatOffset(), t.shape().intExtent(0), t.shape().intExtent(1),
                Math.toIntExact(t.stride(0)), Math.toIntExact(t.stride(1)));
    }

    /** A contiguous tensor of any rank as rows of its last axis: (B,T,C) becomes (B*T, C). */
    public static Matrix rowsOf(Tensor t) {
        int columns = t.shape().intExtent(-1);
        long rows = 1;
        for (int axis = 0; axis < t.shape().rank() - 1; axis++) {
            rows *= t.shape().extent(axis);                            // not size / columns: columns may be 0
        }
        if (rows > Integer.MAX_VALUE) {
            throw new ShapeException("matrix", t.shape(), "a matrix has at most " + Integer.MAX_VALUE + " rows, not " + rows);
        }
        return new Matrix(t.floats(), t.floatOffset(), (int) rows, columns, columns, 1);
    }

    public Matrix transposed() {
        return new Matrix(data, offset, columns, rows, columnStride, rowStride);
    }

    /** Neighbouring columns, as a view. */
    public Matrix columns(int from, int count) {
        return new Matrix(data, offset + from * columnStride, rows, count, rowStride, columnStride);
    }

    public float get(int row, int column) {
        return data[offset + row * rowStride + column * columnStride];
    }

    public void set(int row, int column, float value) {
        data[offset + row * rowStride + column * columnStride] = value;
    }

    /** {@code (rows, columns)}, for messages. */
    public String shapeText() {
        return shapeText(rows, columns);
    }

    private static String shapeText(int rows, int columns) {
        return "(" + rows + ", " + columns + ")";
    }

    @Override
    public boolean allFinite() {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                if (!Float.isFinite(get(r, c))) {
                    return false;
                }
            }
        }
        return true;
    }
}
