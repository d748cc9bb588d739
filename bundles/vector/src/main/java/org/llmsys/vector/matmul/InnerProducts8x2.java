package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of a vector with 16 rows of a matrix at once. Written by {@code src/main/scripts/WriteInnerProducts.java}.
 *
 * <pre>
 *   c[r] += x[0]*Y[r,0] + x[1]*Y[r,1] + ...        r below 16, each sum in this order
 * </pre>
 *
 * <p>Blocks of 8 × 8 elements are transposed in registers as in {@link Transposition8}; then the lanes of a register are eight rows at
 * the same k, and each row has its own accumulator. Several blocks side by side: while the sums of one wait, those of another go on.
 */
final class InnerProducts8x2 {

    /** Rows that are taken at once. */
    static final int ROWS = 16;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> INDICES = IntVector.SPECIES_256;
    private static final IntVector LOW = zip(0);
    private static final IntVector HIGH = zip(4);

    private InnerProducts8x2() {
    }

    /** 0, 8, 1, 9, ...: the halves of two vectors, zipped. */
    private static IntVector zip(int from) {
        int[] indices = new int[8];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = from + i / 2 + i % 2 * 8;
        }
        return IntVector.fromArray(INDICES, indices, 0);
    }

    static void add(float[] x, int xAt, int depth, float[] y, int yAt, int stride, float[] c, int cAt) {
        FloatVector sum0 = FloatVector.fromArray(SPECIES, c, cAt + 0);
        FloatVector sum1 = FloatVector.fromArray(SPECIES, c, cAt + 8);
        int k = 0;
        for (; k <= depth - 8; k += 8) {
            int at = yAt + k;
            IntVector r0_0 = FloatVector.fromArray(SPECIES, y, at + 0 * stride).reinterpretAsInts();
            IntVector r0_1 = FloatVector.fromArray(SPECIES, y, at + 1 * stride).reinterpretAsInts();
            IntVector r0_2 = FloatVector.fromArray(SPECIES, y, at + 2 * stride).reinterpretAsInts();
            IntVector r0_3 = FloatVector.fromArray(SPECIES, y, at + 3 * stride).reinterpretAsInts();
            IntVector r0_4 = FloatVector.fromArray(SPECIES, y, at + 4 * stride).reinterpretAsInts();
            IntVector r0_5 = FloatVector.fromArray(SPECIES, y, at + 5 * stride).reinterpretAsInts();
            IntVector r0_6 = FloatVector.fromArray(SPECIES, y, at + 6 * stride).reinterpretAsInts();
            IntVector r0_7 = FloatVector.fromArray(SPECIES, y, at + 7 * stride).reinterpretAsInts();
            IntVector s0_0 = LOW.selectFrom(r0_0, r0_4);
            IntVector s0_1 = HIGH.selectFrom(r0_0, r0_4);
            IntVector s0_2 = LOW.selectFrom(r0_1, r0_5);
            IntVector s0_3 = HIGH.selectFrom(r0_1, r0_5);
            IntVector s0_4 = LOW.selectFrom(r0_2, r0_6);
            IntVector s0_5 = HIGH.selectFrom(r0_2, r0_6);
            IntVector s0_6 = LOW.selectFrom(r0_3, r0_7);
            IntVector s0_7 = HIGH.selectFrom(r0_3, r0_7);
            IntVector t0_0 = LOW.selectFrom(s0_0, s0_4);
            IntVector t0_1 = HIGH.selectFrom(s0_0, s0_4);
            IntVector t0_2 = LOW.selectFrom(s0_1, s0_5);
            IntVector t0_3 = HIGH.selectFrom(s0_1, s0_5);
            IntVector t0_4 = LOW.selectFrom(s0_2, s0_6);
            IntVector t0_5 = HIGH.selectFrom(s0_2, s0_6);
            IntVector t0_6 = LOW.selectFrom(s0_3, s0_7);
            IntVector t0_7 = HIGH.selectFrom(s0_3, s0_7);
            IntVector u0_0 = LOW.selectFrom(t0_0, t0_4);
            IntVector u0_1 = HIGH.selectFrom(t0_0, t0_4);
            IntVector u0_2 = LOW.selectFrom(t0_1, t0_5);
            IntVector u0_3 = HIGH.selectFrom(t0_1, t0_5);
            IntVector u0_4 = LOW.selectFrom(t0_2, t0_6);
            IntVector u0_5 = HIGH.selectFrom(t0_2, t0_6);
            IntVector u0_6 = LOW.selectFrom(t0_3, t0_7);
            IntVector u0_7 = HIGH.selectFrom(t0_3, t0_7);
            sum0 = u0_0.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 0]), sum0);
            sum0 = u0_1.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 1]), sum0);
            sum0 = u0_2.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 2]), sum0);
            sum0 = u0_3.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 3]), sum0);
            sum0 = u0_4.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 4]), sum0);
            sum0 = u0_5.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 5]), sum0);
            sum0 = u0_6.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 6]), sum0);
            sum0 = u0_7.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 7]), sum0);
            IntVector r1_0 = FloatVector.fromArray(SPECIES, y, at + 8 * stride).reinterpretAsInts();
            IntVector r1_1 = FloatVector.fromArray(SPECIES, y, at + 9 * stride).reinterpretAsInts();
            IntVector r1_2 = FloatVector.fromArray(SPECIES, y, at + 10 * stride).reinterpretAsInts();
            IntVector r1_3 = FloatVector.fromArray(SPECIES, y, at + 11 * stride).reinterpretAsInts();
            IntVector r1_4 = FloatVector.fromArray(SPECIES, y, at + 12 * stride).reinterpretAsInts();
            IntVector r1_5 = FloatVector.fromArray(SPECIES, y, at + 13 * stride).reinterpretAsInts();
            IntVector r1_6 = FloatVector.fromArray(SPECIES, y, at + 14 * stride).reinterpretAsInts();
            IntVector r1_7 = FloatVector.fromArray(SPECIES, y, at + 15 * stride).reinterpretAsInts();
            IntVector s1_0 = LOW.selectFrom(r1_0, r1_4);
            IntVector s1_1 = HIGH.selectFrom(r1_0, r1_4);
            IntVector s1_2 = LOW.selectFrom(r1_1, r1_5);
            IntVector s1_3 = HIGH.selectFrom(r1_1, r1_5);
            IntVector s1_4 = LOW.selectFrom(r1_2, r1_6);
            IntVector s1_5 = HIGH.selectFrom(r1_2, r1_6);
            IntVector s1_6 = LOW.selectFrom(r1_3, r1_7);
            IntVector s1_7 = HIGH.selectFrom(r1_3, r1_7);
            IntVector t1_0 = LOW.selectFrom(s1_0, s1_4);
            IntVector t1_1 = HIGH.selectFrom(s1_0, s1_4);
            IntVector t1_2 = LOW.selectFrom(s1_1, s1_5);
            IntVector t1_3 = HIGH.selectFrom(s1_1, s1_5);
            IntVector t1_4 = LOW.selectFrom(s1_2, s1_6);
            IntVector t1_5 = HIGH.selectFrom(s1_2, s1_6);
            IntVector t1_6 = LOW.selectFrom(s1_3, s1_7);
            IntVector t1_7 = HIGH.selectFrom(s1_3, s1_7);
            IntVector u1_0 = LOW.selectFrom(t1_0, t1_4);
            IntVector u1_1 = HIGH.selectFrom(t1_0, t1_4);
            IntVector u1_2 = LOW.selectFrom(t1_1, t1_5);
            IntVector u1_3 = HIGH.selectFrom(t1_1, t1_5);
            IntVector u1_4 = LOW.selectFrom(t1_2, t1_6);
            IntVector u1_5 = HIGH.selectFrom(t1_2, t1_6);
            IntVector u1_6 = LOW.selectFrom(t1_3, t1_7);
            IntVector u1_7 = HIGH.selectFrom(t1_3, t1_7);
            sum1 = u1_0.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 0]), sum1);
            sum1 = u1_1.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 1]), sum1);
            sum1 = u1_2.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 2]), sum1);
            sum1 = u1_3.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 3]), sum1);
            sum1 = u1_4.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 4]), sum1);
            sum1 = u1_5.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 5]), sum1);
            sum1 = u1_6.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 6]), sum1);
            sum1 = u1_7.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, x[xAt + k + 7]), sum1);
        }
        sum0.intoArray(c, cAt + 0);
        sum1.intoArray(c, cAt + 8);
        for (; k < depth; k++) {
            for (int r = 0; r < ROWS; r++) {
                c[cAt + r] = Math.fma(x[xAt + k], y[yAt + k + r * stride], c[cAt + r]);
            }
        }
    }
}
