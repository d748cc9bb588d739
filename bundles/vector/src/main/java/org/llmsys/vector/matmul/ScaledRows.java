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
            int m = 0;
            for (; m + 2 <= c.rows(); m += 2) {
                addEightTwice(a.data(), a.offset() + m * a.rowStride() + k * step, a.rowStride(), step, b.data(), bAt, b.rowStride(),
                        c.data(), c.offset() + m * c.rowStride(), c.rowStride(), c.columns());
            }
            if (m < c.rows()) {
                addEight(a.data(), a.offset() + m * a.rowStride() + k * step, step, b.data(), bAt, b.rowStride(),
                        c.data(), c.offset() + m * c.rowStride(), c.columns(), 0);
            }
        }
        for (; k < b.rows(); k++) {
            for (int m = 0; m < c.rows(); m++) {
                addOne(a.get(m, k), b.data(), b.offset() + k * b.rowStride() + from, c.data(), c.offset() + m * c.rowStride(), c.columns());
            }
        }
    }

    /** c[i] += a0*b0[i] + ... + a7*b7[i] from i = {@code done} on. */
    private static void addEight(float[] a, int at, int step, float[] b, int b0, int stride, float[] c, int cAt, int size, int done) {
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
        int i = done;
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

    /** The same for two rows of A and C: each vector of B is loaded once for both. */
    private static void addEightTwice(float[] a, int at, int aStride, int step, float[] b, int bAt, int stride, float[] c, int cAt, int cStride, int size) {
        int to = size / LANES * LANES;
        for (int half = 0; half < 8; half += 4) {                        // four k at a time: eight multipliers fit the registers
            addFourTwice(a, at + half * step, aStride, step, b, bAt + half * stride, stride, c, cAt, cStride, to);
        }
        if (to < size) {
            addEight(a, at, step, b, bAt, stride, c, cAt, size, to);
            addEight(a, at + aStride, step, b, bAt, stride, c, cAt + cStride, size, to);
        }
    }

    private static void addFourTwice(float[] a, int at, int aStride, int step, float[] b, int b0, int stride, float[] c, int cAt, int cStride, int size) {
        float a0 = a[at];
        float a1 = a[at + step];
        float a2 = a[at + 2 * step];
        float a3 = a[at + 3 * step];
        float d0 = a[at + aStride];
        float d1 = a[at + aStride + step];
        float d2 = a[at + aStride + 2 * step];
        float d3 = a[at + aStride + 3 * step];
        int b1 = b0 + stride;
        int b2 = b1 + stride;
        int b3 = b2 + stride;
        int dAt = cAt + cStride;
        for (int i = 0; i < size; i += LANES) {
            FloatVector row0 = FloatVector.fromArray(SPECIES, b, b0 + i);
            FloatVector row1 = FloatVector.fromArray(SPECIES, b, b1 + i);
            FloatVector row2 = FloatVector.fromArray(SPECIES, b, b2 + i);
            FloatVector row3 = FloatVector.fromArray(SPECIES, b, b3 + i);
            FloatVector sum = row0.fma(FloatVector.broadcast(SPECIES, a0), FloatVector.fromArray(SPECIES, c, cAt + i));
            FloatVector other = row0.fma(FloatVector.broadcast(SPECIES, d0), FloatVector.fromArray(SPECIES, c, dAt + i));
            sum = row1.fma(FloatVector.broadcast(SPECIES, a1), sum);
            other = row1.fma(FloatVector.broadcast(SPECIES, d1), other);
            sum = row2.fma(FloatVector.broadcast(SPECIES, a2), sum);
            other = row2.fma(FloatVector.broadcast(SPECIES, d2), other);
            row3.fma(FloatVector.broadcast(SPECIES, a3), sum).intoArray(c, cAt + i);
            row3.fma(FloatVector.broadcast(SPECIES, d3), other).intoArray(c, dAt + i);
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
