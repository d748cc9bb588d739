package org.llmsys.matmul.internal;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;

/**
 * A rectangle of C and the loops that fill it, shared by the providers {@code tiled} and {@code parallel}.
 *
 * <p>B is taken in blocks of at most {@link #DEPTH} × {@link #WIDTH} elements, 32 KiB, copied row by row into small arrays. A block
 * then serves every row of the tile from the nearest cache, and the copy makes any strides of B contiguous.
 *
 * <p>The loops run in the order k block, m, k, n. With n innermost one element of A meets a whole row of B, and all steps of the
 * inner loop are independent and side by side in memory, the form a compiler turns into SIMD instructions. Each element of C still has
 * one accumulator that meets k from low to high; between two blocks it rests in C, which loses nothing.
 *
 * @param row     first row of C
 * @param rows    number of rows
 * @param column  first column of C
 * @param columns number of columns, at most {@link #WIDTH}
 */
record Tile(int row, int rows, int column, int columns) {

    /** Columns of a block of B. */
    static final int WIDTH = 128;
    /** Rows of a block of B, a multiple of 4. */
    static final int DEPTH = 64;

    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        float[] sums = new float[columns];                             // one accumulator for each element of a row of the tile
        float[][] block = new float[Math.min(DEPTH, b.rows())][columns];
        int k = 0;
        do {                                                           // once even for K = 0, which has to write its zeros
            int depth = Math.min(DEPTH, b.rows() - k);
            copyBlock(b, k, depth, block);                             // (depth, columns)
            for (int m = row; m < row + rows; m++) {
                if (k > 0 || accumulate) {
                    copyRow(c, m, sums);
                } else {
                    Arrays.fill(sums, 0);
                }
                addProducts(a, m, k, depth, block, sums);
                writeRow(sums, c, m);
            }
            k += depth;
        } while (k < b.rows());
    }

    /** block[i][n] = B[k + i, column + n], read along the axis that lies closer together in memory. */
    private void copyBlock(Matrix b, int k, int depth, float[][] block) {
        if (Math.abs(b.columnStride()) <= Math.abs(b.rowStride())) {
            for (int i = 0; i < depth; i++) {
                copyRow(b, k + i, block[i]);
            }
            return;
        }
        for (int n = 0; n < columns; n++) {                            // B is a transposed view
            int start = b.offset() + k * b.rowStride() + (column + n) * b.columnStride();
            for (int i = 0; i < depth; i++) {
                block[i][n] = b.data()[start + i * b.rowStride()];
            }
        }
    }

    private void copyRow(Matrix from, int index, float[] to) {
        int start = from.offset() + index * from.rowStride() + column * from.columnStride();
        if (from.columnStride() == 1) {
            System.arraycopy(from.data(), start, to, 0, columns);
        } else {
            for (int n = 0; n < columns; n++) {
                to[n] = from.data()[start + n * from.columnStride()];
            }
        }
    }

    private void writeRow(float[] from, Matrix c, int m) {
        int start = c.offset() + m * c.rowStride() + column * c.columnStride();
        if (c.columnStride() == 1) {
            System.arraycopy(from, 0, c.data(), start, columns);
        } else {
            for (int n = 0; n < columns; n++) {
                c.data()[start + n * c.columnStride()] = from[n];
            }
        }
    }

    /** sums[n] += A[m,k] * block[0][n] + A[m,k+1] * block[1][n] + ..., in this order. */
    private static void addProducts(Matrix a, int m, int k, int depth, float[][] block, float[] sums) {
        float[] data = a.data();
        int stride = a.columnStride();
        int at = a.offset() + m * a.rowStride() + k * stride;          // A[m,k]
        int i = 0;
        for (; i + 4 <= depth; i += 4, at += 4 * stride) {
            addFour(data[at], block[i], data[at + stride], block[i + 1],
                    data[at + 2 * stride], block[i + 2], data[at + 3 * stride], block[i + 3], sums);
        }
        for (; i < depth; i++, at += stride) {
            addOne(data[at], block[i], sums);
        }
    }

    /** Four k at a time, so that each sum is loaded and stored once for four products. */
    private static void addFour(float a0, float[] b0, float a1, float[] b1, float a2, float[] b2, float a3, float[] b3, float[] sums) {
        for (int n = 0; n < sums.length; n++) {
            float sum = Math.fma(a0, b0[n], sums[n]);
            sum = Math.fma(a1, b1[n], sum);
            sum = Math.fma(a2, b2[n], sum);
            sums[n] = Math.fma(a3, b3[n], sum);
        }
    }

    private static void addOne(float a0, float[] b0, float[] sums) {
        for (int n = 0; n < sums.length; n++) {
            sums[n] = Math.fma(a0, b0[n], sums[n]);
        }
    }
}
