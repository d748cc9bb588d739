package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes a block of 16 × 16 elements in registers. Written by {@code src/main/scripts/WriteTransposition.java}.
 *
 * <p>Write the place of an element as bits, row first. Zipping vector i with vector i + 8, for all i, turns these bits left
 * by one; after as many rounds as a row number has bits, rows and columns have changed places.
 */
final class Transposition16 implements Transposition {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> INDICES = IntVector.SPECIES_512;
    /** 0, 16, 1, 17, ...: the low halves of two vectors, zipped. */
    private static final IntVector LOW = zip(0);
    /** The high halves. */
    private static final IntVector HIGH = zip(8);

    private static IntVector zip(int from) {
        int[] indices = new int[16];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = from + i / 2 + i % 2 * 16;
        }
        return IntVector.fromArray(INDICES, indices, 0);
    }

    @Override
    public int size() {
        return 16;
    }

    @Override
    public void transpose(float[] x, int from, int stride, int rows, float[] y, int at, int step) {
        transposeLow(x, from, stride, rows - 1, y, at, step);
        transposeHigh(x, from, stride, rows - 1, y, at + 8 * step, step);
    }

    private static void transposeLow(float[] x, int from, int stride, int last, float[] y, int at, int step) {
        IntVector r0 = load(x, from + 0 * stride);
        IntVector r1 = load(x, from + Math.min(1, last) * stride);
        IntVector r2 = load(x, from + Math.min(2, last) * stride);
        IntVector r3 = load(x, from + Math.min(3, last) * stride);
        IntVector r4 = load(x, from + Math.min(4, last) * stride);
        IntVector r5 = load(x, from + Math.min(5, last) * stride);
        IntVector r6 = load(x, from + Math.min(6, last) * stride);
        IntVector r7 = load(x, from + Math.min(7, last) * stride);
        IntVector r8 = load(x, from + Math.min(8, last) * stride);
        IntVector r9 = load(x, from + Math.min(9, last) * stride);
        IntVector r10 = load(x, from + Math.min(10, last) * stride);
        IntVector r11 = load(x, from + Math.min(11, last) * stride);
        IntVector r12 = load(x, from + Math.min(12, last) * stride);
        IntVector r13 = load(x, from + Math.min(13, last) * stride);
        IntVector r14 = load(x, from + Math.min(14, last) * stride);
        IntVector r15 = load(x, from + Math.min(15, last) * stride);
        IntVector s0 = LOW.selectFrom(r0, r8);
        IntVector s1 = LOW.selectFrom(r1, r9);
        IntVector s2 = LOW.selectFrom(r2, r10);
        IntVector s3 = LOW.selectFrom(r3, r11);
        IntVector s4 = LOW.selectFrom(r4, r12);
        IntVector s5 = LOW.selectFrom(r5, r13);
        IntVector s6 = LOW.selectFrom(r6, r14);
        IntVector s7 = LOW.selectFrom(r7, r15);
        IntVector t0 = LOW.selectFrom(s0, s4);
        IntVector t1 = HIGH.selectFrom(s0, s4);
        IntVector t2 = LOW.selectFrom(s1, s5);
        IntVector t3 = HIGH.selectFrom(s1, s5);
        IntVector t4 = LOW.selectFrom(s2, s6);
        IntVector t5 = HIGH.selectFrom(s2, s6);
        IntVector t6 = LOW.selectFrom(s3, s7);
        IntVector t7 = HIGH.selectFrom(s3, s7);
        IntVector u0 = LOW.selectFrom(t0, t4);
        IntVector u1 = HIGH.selectFrom(t0, t4);
        IntVector u2 = LOW.selectFrom(t1, t5);
        IntVector u3 = HIGH.selectFrom(t1, t5);
        IntVector u4 = LOW.selectFrom(t2, t6);
        IntVector u5 = HIGH.selectFrom(t2, t6);
        IntVector u6 = LOW.selectFrom(t3, t7);
        IntVector u7 = HIGH.selectFrom(t3, t7);
        IntVector v0 = LOW.selectFrom(u0, u4);
        IntVector v1 = HIGH.selectFrom(u0, u4);
        IntVector v2 = LOW.selectFrom(u1, u5);
        IntVector v3 = HIGH.selectFrom(u1, u5);
        IntVector v4 = LOW.selectFrom(u2, u6);
        IntVector v5 = HIGH.selectFrom(u2, u6);
        IntVector v6 = LOW.selectFrom(u3, u7);
        IntVector v7 = HIGH.selectFrom(u3, u7);
        v0.reinterpretAsFloats().intoArray(y, at + 0 * step);
        v1.reinterpretAsFloats().intoArray(y, at + 1 * step);
        v2.reinterpretAsFloats().intoArray(y, at + 2 * step);
        v3.reinterpretAsFloats().intoArray(y, at + 3 * step);
        v4.reinterpretAsFloats().intoArray(y, at + 4 * step);
        v5.reinterpretAsFloats().intoArray(y, at + 5 * step);
        v6.reinterpretAsFloats().intoArray(y, at + 6 * step);
        v7.reinterpretAsFloats().intoArray(y, at + 7 * step);
    }

    private static void transposeHigh(float[] x, int from, int stride, int last, float[] y, int at, int step) {
        IntVector r0 = load(x, from + 0 * stride);
        IntVector r1 = load(x, from + Math.min(1, last) * stride);
        IntVector r2 = load(x, from + Math.min(2, last) * stride);
        IntVector r3 = load(x, from + Math.min(3, last) * stride);
        IntVector r4 = load(x, from + Math.min(4, last) * stride);
        IntVector r5 = load(x, from + Math.min(5, last) * stride);
        IntVector r6 = load(x, from + Math.min(6, last) * stride);
        IntVector r7 = load(x, from + Math.min(7, last) * stride);
        IntVector r8 = load(x, from + Math.min(8, last) * stride);
        IntVector r9 = load(x, from + Math.min(9, last) * stride);
        IntVector r10 = load(x, from + Math.min(10, last) * stride);
        IntVector r11 = load(x, from + Math.min(11, last) * stride);
        IntVector r12 = load(x, from + Math.min(12, last) * stride);
        IntVector r13 = load(x, from + Math.min(13, last) * stride);
        IntVector r14 = load(x, from + Math.min(14, last) * stride);
        IntVector r15 = load(x, from + Math.min(15, last) * stride);
        IntVector s0 = HIGH.selectFrom(r0, r8);
        IntVector s1 = HIGH.selectFrom(r1, r9);
        IntVector s2 = HIGH.selectFrom(r2, r10);
        IntVector s3 = HIGH.selectFrom(r3, r11);
        IntVector s4 = HIGH.selectFrom(r4, r12);
        IntVector s5 = HIGH.selectFrom(r5, r13);
        IntVector s6 = HIGH.selectFrom(r6, r14);
        IntVector s7 = HIGH.selectFrom(r7, r15);
        IntVector t0 = LOW.selectFrom(s0, s4);
        IntVector t1 = HIGH.selectFrom(s0, s4);
        IntVector t2 = LOW.selectFrom(s1, s5);
        IntVector t3 = HIGH.selectFrom(s1, s5);
        IntVector t4 = LOW.selectFrom(s2, s6);
        IntVector t5 = HIGH.selectFrom(s2, s6);
        IntVector t6 = LOW.selectFrom(s3, s7);
        IntVector t7 = HIGH.selectFrom(s3, s7);
        IntVector u0 = LOW.selectFrom(t0, t4);
        IntVector u1 = HIGH.selectFrom(t0, t4);
        IntVector u2 = LOW.selectFrom(t1, t5);
        IntVector u3 = HIGH.selectFrom(t1, t5);
        IntVector u4 = LOW.selectFrom(t2, t6);
        IntVector u5 = HIGH.selectFrom(t2, t6);
        IntVector u6 = LOW.selectFrom(t3, t7);
        IntVector u7 = HIGH.selectFrom(t3, t7);
        IntVector v0 = LOW.selectFrom(u0, u4);
        IntVector v1 = HIGH.selectFrom(u0, u4);
        IntVector v2 = LOW.selectFrom(u1, u5);
        IntVector v3 = HIGH.selectFrom(u1, u5);
        IntVector v4 = LOW.selectFrom(u2, u6);
        IntVector v5 = HIGH.selectFrom(u2, u6);
        IntVector v6 = LOW.selectFrom(u3, u7);
        IntVector v7 = HIGH.selectFrom(u3, u7);
        v0.reinterpretAsFloats().intoArray(y, at + 0 * step);
        v1.reinterpretAsFloats().intoArray(y, at + 1 * step);
        v2.reinterpretAsFloats().intoArray(y, at + 2 * step);
        v3.reinterpretAsFloats().intoArray(y, at + 3 * step);
        v4.reinterpretAsFloats().intoArray(y, at + 4 * step);
        v5.reinterpretAsFloats().intoArray(y, at + 5 * step);
        v6.reinterpretAsFloats().intoArray(y, at + 6 * step);
        v7.reinterpretAsFloats().intoArray(y, at + 7 * step);
    }

    private static IntVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at).reinterpretAsInts();
    }
}
