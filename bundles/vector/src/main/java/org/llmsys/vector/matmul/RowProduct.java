package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.WorkerPool;

/**
 * Products of a few rows, such as the matrix–vector products of decoding: each element of B is needed once or a few times, so packing
 * it would cost more than the product. B is read where it lies, as fast as memory gives it.
 *
 * <pre>
 *   B contiguous along n:   C[m, n..] += A[m,k] * B[k, n..]        neighbours in n share a register: {@link ScaledRows}
 *   B contiguous along k:   C[m,n] += A[m,:] · B[:,n]              blocks turned in registers: {@link InnerProducts}
 * </pre>
 *
 * <p>The second form is that of the tied output projection, which reads an embedding table (V,C) as its transpose. One inner product
 * cannot be spread over the lanes of a register without adding in another order; with a lane for each n the order stays.
 */
final class RowProduct {

    /** Columns of C that a chunk of one row takes at most, so that they stay in the second cache. */
    private static final int WIDEST = 1 << 14;
    /** The same for several rows: a few rows of B stay in the nearest cache until all rows of A have met them. */
    private static final int SHARED = 512;
    /** Below this many columns another thread is not worth its call. */
    private static final int NARROWEST = 320;
    /** Steps of k that are turned at once: they stay in the nearest cache. */
    private static final int DEPTH = 256;

    private final Scratch scratch;
    private final WorkerPool pool;

    RowProduct(Scratch scratch, WorkerPool pool) {
        this.scratch = scratch;
        this.pool = pool;
    }

    /** C must have columnStride 1; the start any strides. */
    void multiply(Matrix a, Matrix b, Matrix start, Matrix c) {
        boolean alongK = b.columnStride() != 1;
        if (alongK && a.columnStride() != 1) {
            float[] array = scratch.lend(VectorMatmul.sizeOfCopy(a));
            Matrix beside = Matrix.of(a.rows(), a.columns(), array);     // A, its rows contiguous
            VectorMatmul.copy(a, beside);
            multiplyStrips(beside, b, start, c, true);
            scratch.giveBack(array);
        } else {
            multiplyStrips(a, b, start, c, alongK);
        }
    }

    private void multiplyStrips(Matrix a, Matrix b, Matrix start, Matrix c, boolean alongK) {
        int width = width(c);
        pool.run(Math.ceilDiv(c.columns(), width), chunk -> {
            int from = chunk * width;
            int columns = Math.min(width, c.columns() - from);
            Matrix strip = new Matrix(c.data(), c.offset() + from, c.rows(), columns, c.rowStride(), 1);
            if (start != c) {
                begin(start, from, strip);
            }
            if (alongK) {
                addInnerProducts(a, b, from, strip);
            } else {
                ScaledRows.add(a, b, from, strip);
            }
        });
    }

    /**
     * The wider a strip, the longer memory is read straight on; so there are not many more than threads. Their number may depend on
     * that of the threads because no sum is ever cut: each element has its own.
     */
    private int width(Matrix c) {
        int strips = pool.threads() == 1 ? 1 : Math.clamp(c.columns() / NARROWEST, 1, 2 * pool.threads());
        int fair = Math.ceilDiv(Math.ceilDiv(c.columns(), strips), 16) * 16;
        return Math.min(fair, c.rows() == 1 ? WIDEST : SHARED);
    }

    /** Fills a strip of C, whose first column is {@code from}, with what its sums start from. */
    static void begin(Matrix start, int from, Matrix strip) {
        for (int m = 0; m < strip.rows(); m++) {
            int row = strip.offset() + m * strip.rowStride();
            int startRow = start.offset() + m * start.rowStride() + from * start.columnStride();
            if (start.columnStride() == 1) {
                System.arraycopy(start.data(), startRow, strip.data(), row, strip.columns());
            } else if (start.columnStride() == 0) {
                Arrays.fill(strip.data(), row, row + strip.columns(), start.data()[startRow]);
            } else {
                for (int n = 0; n < strip.columns(); n++) {
                    strip.data()[row + n] = start.data()[startRow + n * start.columnStride()];
                }
            }
        }
    }

    // ---- B contiguous along k, or with any strides ---------------------------------------------------------------------------

    private void addInnerProducts(Matrix a, Matrix b, int from, Matrix strip) {
        if (b.rowStride() == 1) {
            addTurned(a, b, from, strip);
            return;
        }
        for (int n = 0; n < strip.columns(); n++) {
            for (int m = 0; m < a.rows(); m++) {
                addInnerProduct(a.data(), a.offset() + m * a.rowStride(), b.rows(), b.data(), b.offset() + (from + n) * b.columnStride(), b.rowStride(),
                        strip.data(), strip.offset() + m * strip.rowStride() + n);
            }
        }
    }

    /** A register of columns of B at a time, turned for all rows of A. */
    private void addTurned(Matrix a, Matrix b, int from, Matrix strip) {
        float[] block = scratch.lend(DEPTH * InnerProducts.ROWS);
        float[] sums = scratch.lend(InnerProducts.ROWS);
        for (int n = 0; n < strip.columns(); n += InnerProducts.ROWS) {
            int columns = Math.min(InnerProducts.ROWS, strip.columns() - n);
            for (int k = 0; k < b.rows(); k += DEPTH) {
                int depth = Math.min(DEPTH, b.rows() - k);
                InnerProducts.turn(b.data(), b.offset() + k + (from + n) * b.columnStride(), b.columnStride(), columns, depth, block);
                for (int m = 0; m < a.rows(); m++) {
                    int at = strip.offset() + m * strip.rowStride() + n;
                    System.arraycopy(strip.data(), at, sums, 0, columns);                  // the last columns do not fill a register
                    InnerProducts.add(a.data(), a.offset() + m * a.rowStride() + k, depth, block, sums, 0);
                    System.arraycopy(sums, 0, strip.data(), at, columns);
                }
            }
        }
        scratch.giveBack(sums);
        scratch.giveBack(block);
    }

    private static void addInnerProduct(float[] x, int xAt, int depth, float[] y, int yAt, int step, float[] c, int at) {
        float sum = c[at];
        for (int k = 0; k < depth; k++) {
            sum = Math.fma(x[xAt + k], y[yAt + k * step], sum);
        }
        c[at] = sum;
    }
}
