package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes a block of 8 × 8 elements in registers. Written by {@code src/main/scripts/WriteTransposition.java}.
 *
 * <p>Write the place of an element as bits, row first. Zipping vector i with vector i + 4, for all i, turns these bits left
 * by one; after as many rounds as a row number has bits, rows and columns have changed places.
 */
final class Transposition8 implements Transposition {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> INDICES = IntVector.SPECIES_256;
    /** 0, 8, 1, 9, ...: the low halves of two vectors, zipped. */
    private static final IntVector LOW = zip(0);
    /** The high halves. */
    private static final IntVector HIGH = zip(4);

    private static IntVector zip(int from) {
        int[] indices = new int[8];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = from + i / 2 + i % 2 * 8;
        }
        return IntVector.fromArray(INDICES, indices, 0);
    }

    @Override
    public int size() {
        return 8;
    }

    @Override
    public void transpose(float[] x, int from, int stride, int rows, float[] y, int at, int step) {
        transposeLow(x, from, stride, rows - 1, y, at, step);
        transposeHigh(x, from, stride, rows - 1, y, at + 4 * step, step);
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
        IntVector s0 = LOW.selectFrom(r0, r4);
        IntVector s1 = LOW.selectFrom(r1, r5);
        IntVector s2 = LOW.selectFrom(r2, r6);
        IntVector s3 = LOW.selectFrom(r3, r7);
        IntVector t0 = LOW.selectFrom(s0, s2);
        IntVector t1 = HIGH.selectFrom(s0, s2);
        IntVector t2 = LOW.selectFrom(s1, s3);
        IntVector t3 = HIGH.selectFrom(s1, s3);
        IntVector u0 = LOW.selectFrom(t0, t2);
        IntVector u1 = HIGH.selectFrom(t0, t2);
        IntVector u2 = LOW.selectFrom(t1, t3);
        IntVector u3 = HIGH.selectFrom(t1, t3);
        u0.reinterpretAsFloats().intoArray(y, at + 0 * step);
        u1.reinterpretAsFloats().intoArray(y, at + 1 * step);
        u2.reinterpretAsFloats().intoArray(y, at + 2 * step);
        u3.reinterpretAsFloats().intoArray(y, at + 3 * step);
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
        IntVector s0 = HIGH.selectFrom(r0, r4);
        IntVector s1 = HIGH.selectFrom(r1, r5);
        IntVector s2 = HIGH.selectFrom(r2, r6);
        IntVector s3 = HIGH.selectFrom(r3, r7);
        IntVector t0 = LOW.selectFrom(s0, s2);
        IntVector t1 = HIGH.selectFrom(s0, s2);
        IntVector t2 = LOW.selectFrom(s1, s3);
        IntVector t3 = HIGH.selectFrom(s1, s3);
        IntVector u0 = LOW.selectFrom(t0, t2);
        IntVector u1 = HIGH.selectFrom(t0, t2);
        IntVector u2 = LOW.selectFrom(t1, t3);
        IntVector u3 = HIGH.selectFrom(t1, t3);
        u0.reinterpretAsFloats().intoArray(y, at + 0 * step);
        u1.reinterpretAsFloats().intoArray(y, at + 1 * step);
        u2.reinterpretAsFloats().intoArray(y, at + 2 * step);
        u3.reinterpretAsFloats().intoArray(y, at + 3 * step);
    }

    private static IntVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at).reinterpretAsInts();
    }
}
