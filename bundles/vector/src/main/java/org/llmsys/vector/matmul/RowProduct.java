package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.WorkerPool;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a few rows, such as the matrix–vector products of decoding: each element of B is needed once or a few times, so packing
 * it would cost more than the product. B is read where it lies.
 *
 * <pre>
 *   B contiguous along n:   C[m, n..] += A[m,k] * B[k, n..]        neighbours in n share a register, eight k at a time
 *   B contiguous along k:   C[m,n] += A[m,:] · B[:,n]              eight n at a time, a scalar accumulator each
 * </pre>
 *
 * <p>The second form is that of the tied output projection, which reads an embedding table (V,C) as its transpose. One inner product
 * cannot be spread over the lanes of a register without adding in another order; eight of them side by side keep the order, and
 * keep the multiply-add units busy.
 */
final class RowProduct {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Columns of C in a chunk: enough to read far along each row of B, few enough that they stay in the nearest cache with it. */
    private static final int NARROWEST = 256;
    private static final int WIDEST = 512;
    /** Multiply-adds that are worth a chunk of their own. */
    private static final int WORK = 1 << 19;

    private final Scratch scratch;
    private final WorkerPool pool;

    RowProduct(Scratch scratch, WorkerPool pool) {
        this.scratch = scratch;
        this.pool = pool;
    }

    /** C must have columnStride 1. */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        long workOfColumn = Math.max(1L, (long) a.rows() * a.columns());
        int width = Math.clamp(WORK / workOfColumn, NARROWEST, WIDEST) / 8 * 8;
        pool.run(Math.ceilDiv(c.columns(), width), chunk -> {
            int from = chunk * width;
            int columns = Math.min(width, c.columns() - from);
            Matrix strip = new Matrix(c.data(), c.offset() + from, c.rows(), columns, c.rowStride(), 1);
            if (!accumulate) {
                clear(strip);
            }
            if (b.columnStride() == 1) {
                addRows(a, b, from, strip);
            } else {
                addInnerProducts(a, b, from, strip);
            }
        });
    }

    private static void clear(Matrix c) {
        for (int m = 0; m < c.rows(); m++) {
            int row = c.offset() + m * c.rowStride();
            Arrays.fill(c.data(), row, row + c.columns(), 0);
        }
    }

    // ---- B contiguous along n ------------------------------------------------------------------------------------------------

    private static void addRows(Matrix a, Matrix b, int from, Matrix strip) {
        int step = a.columnStride();
        int k = 0;
        for (; k + 8 <= b.rows(); k += 8) {
            for (int m = 0; m < strip.rows(); m++) {
                addEight(a.data(), a.offset() + m * a.rowStride() + k * step, step, b.data(), b.offset() + k * b.rowStride() + from, b.rowStride(),
                        strip.data(), strip.offset() + m * strip.rowStride(), strip.columns());
            }
        }
        for (; k < b.rows(); k++) {
            for (int m = 0; m < strip.rows(); m++) {
                addOne(a.get(m, k), b.data(), b.offset() + k * b.rowStride() + from,
                        strip.data(), strip.offset() + m * strip.rowStride(), strip.columns());
            }
        }
    }

    /** c[i] += a0*b0[i] + ... + a7*b7[i], in this order: a sum is loaded and stored once for eight products. */
    private static void addEight(float[] a, int at, int step, float[] b, int b0, int stride, float[] c, int cAt, int size) {
        float a0 = a[at];
        float a1 = a[at + step];
        float a2 = a[at + 2 * step];
        float a3 = a[at + 3 * step];
        float a4 = a[at + 4 * step];
        float a5 = a[at + 5 * step];
        float a6 = a[at + 6 * step];
        float a7 = a[at + 7 * step];
        int b1 = b0 + stride;
        int b2 = b1 + stride;
        int b3 = b2 + stride;
        int b4 = b3 + stride;
        int b5 = b4 + stride;
        int b6 = b5 + stride;
        int b7 = b6 + stride;
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector sum = FloatVector.fromArray(SPECIES, c, cAt + i);
            sum = FloatVector.fromArray(SPECIES, b, b0 + i).fma(FloatVector.broadcast(SPECIES, a0), sum);
            sum = FloatVector.fromArray(SPECIES, b, b1 + i).fma(FloatVector.broadcast(SPECIES, a1), sum);
            sum = FloatVector.fromArray(SPECIES, b, b2 + i).fma(FloatVector.broadcast(SPECIES, a2), sum);
            sum = FloatVector.fromArray(SPECIES, b, b3 + i).fma(FloatVector.broadcast(SPECIES, a3), sum);
            sum = FloatVector.fromArray(SPECIES, b, b4 + i).fma(FloatVector.broadcast(SPECIES, a4), sum);
            sum = FloatVector.fromArray(SPECIES, b, b5 + i).fma(FloatVector.broadcast(SPECIES, a5), sum);
            sum = FloatVector.fromArray(SPECIES, b, b6 + i).fma(FloatVector.broadcast(SPECIES, a6), sum);
            sum = FloatVector.fromArray(SPECIES, b, b7 + i).fma(FloatVector.broadcast(SPECIES, a7), sum);
            sum.intoArray(c, cAt + i);
        }
        for (; i < size; i++) {
            float sum = Math.fma(a0, b[b0 + i], c[cAt + i]);
            sum = Math.fma(a1, b[b1 + i], sum);
            sum = Math.fma(a2, b[b2 + i], sum);
            sum = Math.fma(a3, b[b3 + i], sum);
            sum = Math.fma(a4, b[b4 + i], sum);
            sum = Math.fma(a5, b[b5 + i], sum);
            sum = Math.fma(a6, b[b6 + i], sum);
            c[cAt + i] = Math.fma(a7, b[b7 + i], sum);
        }
    }

    private static void addOne(float a, float[] b, int bAt, float[] c, int cAt, int size) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector.fromArray(SPECIES, b, bAt + i).fma(FloatVector.broadcast(SPECIES, a), FloatVector.fromArray(SPECIES, c, cAt + i)).intoArray(c, cAt + i);
        }
        for (; i < size; i++) {
            c[cAt + i] = Math.fma(a, b[bAt + i], c[cAt + i]);
        }
    }

    // ---- B contiguous along k, or with any strides ---------------------------------------------------------------------------

    private void addInnerProducts(Matrix a, Matrix b, int from, Matrix strip) {
        int depth = b.rows();
        float[] rows = scratch.lend(a.rows() * depth);                  // A, its rows contiguous
        for (int m = 0; m < a.rows(); m++) {
            for (int k = 0; k < depth; k++) {
                rows[m * depth + k] = a.get(m, k);
            }
        }
        int n = 0;
        if (b.rowStride() == 1) {
            for (; n + 8 <= strip.columns(); n += 8) {
                for (int m = 0; m < a.rows(); m++) {
                    addEightInnerProducts(rows, m * depth, depth, b.data(), b.offset() + (from + n) * b.columnStride(), b.columnStride(),
                            strip.data(), strip.offset() + m * strip.rowStride() + n);
                }
            }
        }
        for (; n < strip.columns(); n++) {
            for (int m = 0; m < a.rows(); m++) {
                addInnerProduct(rows, m * depth, depth, b.data(), b.offset() + (from + n) * b.columnStride(), b.rowStride(),
                        strip.data(), strip.offset() + m * strip.rowStride() + n);
            }
        }
        scratch.giveBack(rows);
    }

    private static void addEightInnerProducts(float[] x, int x0, int depth, float[] y, int y0, int stride, float[] c, int at) {
        int y1 = y0 + stride;
        int y2 = y1 + stride;
        int y3 = y2 + stride;
        int y4 = y3 + stride;
        int y5 = y4 + stride;
        int y6 = y5 + stride;
        int y7 = y6 + stride;
        float c0 = c[at];
        float c1 = c[at + 1];
        float c2 = c[at + 2];
        float c3 = c[at + 3];
        float c4 = c[at + 4];
        float c5 = c[at + 5];
        float c6 = c[at + 6];
        float c7 = c[at + 7];
        for (int k = 0; k < depth; k++) {
            float xk = x[x0 + k];
            c0 = Math.fma(xk, y[y0 + k], c0);
            c1 = Math.fma(xk, y[y1 + k], c1);
            c2 = Math.fma(xk, y[y2 + k], c2);
            c3 = Math.fma(xk, y[y3 + k], c3);
            c4 = Math.fma(xk, y[y4 + k], c4);
            c5 = Math.fma(xk, y[y5 + k], c5);
            c6 = Math.fma(xk, y[y6 + k], c6);
            c7 = Math.fma(xk, y[y7 + k], c7);
        }
        c[at] = c0;
        c[at + 1] = c1;
        c[at + 2] = c2;
        c[at + 3] = c3;
        c[at + 4] = c4;
        c[at + 5] = c5;
        c[at + 6] = c6;
        c[at + 7] = c7;
    }

    private static void addInnerProduct(float[] x, int x0, int depth, float[] y, int y0, int step, float[] c, int at) {
        float sum = c[at];
        for (int k = 0; k < depth; k++) {
            sum = Math.fma(x[x0 + k], y[y0 + k * step], sum);
        }
        c[at] = sum;
    }
}
