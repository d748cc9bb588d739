package org.llmsys.matmul;

import org.llmsys.assembly.Finite;
import org.llmsys.tensor.ShapeException;

/**
 * Equal matrices at regular distances in one array: matrix i begins {@code i*stride} elements after the first. Stride 0 shows one
 * matrix again and again; nothing is copied.
 *
 * <pre>{@code
 * // the heads of x (T, NH, HS): NH matrices (T, HS) whose rows lie NH*HS apart, each HS elements after the one before
 * MatrixBatch heads = new MatrixBatch(new Matrix(x, 0, T, HS, NH * HS, 1), NH, HS);
 * }</pre>
 *
 * @param first  matrix 0
 * @param count  number of matrices, 0 or more
 * @param stride elements from one matrix to the next
 */
public record MatrixBatch(Matrix first, int count, int stride) implements Finite {

    /** @throws ShapeException when the count is negative or the last matrix reaches outside the array */
    public MatrixBatch {
        long last = first.offset() + Math.max(0, count - 1L) * stride;
        boolean empty = count == 0 || first.rows() == 0 || first.columns() == 0;
        if (count < 0 || !empty && (last < 0 || last > Integer.MAX_VALUE)) {
            throw new ShapeException("matrices", shapeText(first, count), count < 0 ? "the count is negative"
                    : "the last one begins at element " + last + " of an array of " + first.data().length);
        }
        if (!empty) {
            at(first, (int) last);                                     // refuses what reaches outside
        }
    }

    /** Matrix {@code i} of the batch. */
    public Matrix get(int i) {
        return at(first, first.offset() + i * stride);
    }

    /** Each matrix transposed. */
    public MatrixBatch transposed() {
        return new MatrixBatch(first.transposed(), count, stride);
    }

    @Override
    public boolean allFinite() {
        for (int i = 0; i < count; i++) {
            if (!get(i).allFinite()) {
                return false;
            }
        }
        return true;
    }

    /** {@code (count, rows, columns)}, for messages. */
    public String shapeText() {
        return shapeText(first, count);
    }

    private static String shapeText(Matrix first, int count) {
        return "(" + count + ", " + first.rows() + ", " + first.columns() + ")";
    }

    private static Matrix at(Matrix m, int offset) {
        return new Matrix(m.data(), offset, m.rows(), m.columns(), m.rowStride(), m.columnStride());
    }
}
