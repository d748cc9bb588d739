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
 *   B contiguous along n:   C[m, n..] += A[m,k] * B[k, n..]        neighbours in n share a register
 *   B contiguous along k:   C[m,n] = A[m,:] · B[:,n]               EIGHT columns at a time, a scalar accumulator each
 * </pre>
 *
 * <p>A single inner product can not be spread over the lanes of a register without adding in another order; eight of them side by
 * side keep the order, and keep the multiply-add units as busy as memory allows.
 */
final class RowProduct {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Columns of C in a strip: with eight rows of B it stays in the nearest cache while the rows of A pass. */
    private static final int STRIP = 512;
    /** Multiply-adds that are worth a chunk of their own. */
    private static final int WORK = 1 << 17;

    private final WorkerPool pool;

    RowProduct(WorkerPool pool) {
        this.pool = pool;
    }

    /** C must have columnStride 1 unless B is contiguous along k. */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        int work = Math.max(1, a.rows() * a.columns());                  // for each column of C
        int columns = Math.clamp(Math.ceilDiv(WORK, work), 1, STRIP / 8);
        int width = columns * 8;
        pool.run(Math.ceilDiv(c.columns(), width), chunk -> {
            int from = chunk * width;
            int to = Math.min(c.columns(), from + width);
            if (b.columnStride() == 1) {
                addRows(a, b, c, accumulate, from, to);
            } else {
                addInnerProducts(a, b, c, accumulate, from, to);
            }
        });
    }

    // ---- B contiguous along n ------------------------------------------------------------------------------------------------

    private static void addRows(Matrix a, Matrix b, Matrix c, boolean accumulate, int from, int to) {
        if (!accumulate) {
            for (int m = 0; m < c.rows(); m++) {
                int cAt = c.offset() + m * c.rowStride();
                Arrays.fill(c.data(), cAt + from, cAt + to, 0);
            }
        }
        int step = a.columnStride();
        int k = 0;
        for (; k + 8 <= b.rows(); k += 8) {
            for (int m = 0; m < c.rows(); m++) {
                addEight(a.data(), a.offset() + m * a.rowStride() + k * step, step,
                        b.data(), b.offset() + k * b.rowStride() + from, b.rowStride(),
                        c.data(), c.offset() + m * c.rowStride() + from, to - from);
            }
        }
        for (; k < b.rows(); k++) {
            for (int m = 0; m < c.rows(); m++) {
                addOne(a.get(m, k), b.data(), b.offset() + k * b.rowStride() + from,
                        c.data(), c.offset() + m * c.rowStride() + from, to - from);
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

    private static void addInnerProducts(Matrix a, Matrix b, Matrix c, boolean accumulate, int from, int to) {
        int n = from;
        for (; n + 8 <= to; n += 8) {
            for (int m = 0; m < c.rows(); m++) {
                eightInnerProducts(a, m, b, n, c, accumulate);
            }
        }
        for (; n < to; n++) {
            for (int m = 0; m < c.rows(); m++) {
                innerProduct(a, m, b, n, c, accumulate);
            }
        }
    }

    private static void eightInnerProducts(Matrix a, int m, Matrix b, int n, Matrix c, boolean accumulate) {
        int next = c.columnStride();
        int at = c.offset() + m * c.rowStride() + n * next;
        float[] sums = c.data();
        float s0 = accumulate ? sums[at] : 0;
        float s1 = accumulate ? sums[at + next] : 0;
        float s2 = accumulate ? sums[at + 2 * next] : 0;
        float s3 = accumulate ? sums[at + 3 * next] : 0;
        float s4 = accumulate ? sums[at + 4 * next] : 0;
        float s5 = accumulate ? sums[at + 5 * next] : 0;
        float s6 = accumulate ? sums[at + 6 * next] : 0;
        float s7 = accumulate ? sums[at + 7 * next] : 0;
        float[] x = a.data();
        float[] y = b.data();
        int xStep = a.columnStride();
        int yStep = b.rowStride();
        int x0 = a.offset() + m * a.rowStride();
        int stride = b.columnStride();
        int y0 = b.offset() + n * stride;
        int y1 = y0 + stride;
        int y2 = y1 + stride;
        int y3 = y2 + stride;
        int y4 = y3 + stride;
        int y5 = y4 + stride;
        int y6 = y5 + stride;
        int y7 = y6 + stride;
        for (int k = 0; k < b.rows(); k++) {
            float xk = x[x0 + k * xStep];
            int yk = k * yStep;
            s0 = Math.fma(xk, y[y0 + yk], s0);
            s1 = Math.fma(xk, y[y1 + yk], s1);
            s2 = Math.fma(xk, y[y2 + yk], s2);
            s3 = Math.fma(xk, y[y3 + yk], s3);
            s4 = Math.fma(xk, y[y4 + yk], s4);
            s5 = Math.fma(xk, y[y5 + yk], s5);
            s6 = Math.fma(xk, y[y6 + yk], s6);
            s7 = Math.fma(xk, y[y7 + yk], s7);
        }
        sums[at] = s0;
        sums[at + next] = s1;
        sums[at + 2 * next] = s2;
        sums[at + 3 * next] = s3;
        sums[at + 4 * next] = s4;
        sums[at + 5 * next] = s5;
        sums[at + 6 * next] = s6;
        sums[at + 7 * next] = s7;
    }

    private static void innerProduct(Matrix a, int m, Matrix b, int n, Matrix c, boolean accumulate) {
        float sum = accumulate ? c.get(m, n) : 0;
        for (int k = 0; k < b.rows(); k++) {
            sum = Math.fma(a.get(m, k), b.get(k, n), sum);
        }
        c.set(m, n, sum);
    }
}
