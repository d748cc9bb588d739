package org.llmsys.vector.matmul;

import org.llmsys.matmul.Matrix;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds multiples of rows of B to rows of C, eight rows of B at a time, so that a sum is loaded and stored once for eight products.
 *
 * <pre>
 *   C[m, n..] += A[m,k] * B[k, n..] + ... + A[m,k+7] * B[k+7, n..]        in this order
 * </pre>
 */
final class ScaledRows {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private ScaledRows() {
    }

    /** C, a strip whose first column is column {@code from} of B; both have columnStride 1. */
    static void add(Matrix a, Matrix b, int from, Matrix c) {
        int step = a.columnStride();
        int k = 0;
        for (; k + 8 <= b.rows(); k += 8) {
            int bAt = b.offset() + k * b.rowStride() + from;
            for (int m = 0; m < c.rows(); m++) {
                addEight(a.data(), a.offset() + m * a.rowStride() + k * step, step, b.data(), bAt, b.rowStride(),
                        c.data(), c.offset() + m * c.rowStride(), c.columns());
            }
        }
        for (; k < b.rows(); k++) {
            for (int m = 0; m < c.rows(); m++) {
                addOne(a.get(m, k), b.data(), b.offset() + k * b.rowStride() + from, c.data(), c.offset() + m * c.rowStride(), c.columns());
            }
        }
    }

    /** c[i] += a0*b0[i] + ... + a7*b7[i]. */
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
}
