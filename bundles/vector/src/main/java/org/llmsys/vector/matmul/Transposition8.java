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
        IntVector zero = IntVector.zero(INDICES);
        IntVector r0 = rows > 0 ? load(x, from + 0 * stride) : zero;
        IntVector r1 = rows > 1 ? load(x, from + 1 * stride) : zero;
        IntVector r2 = rows > 2 ? load(x, from + 2 * stride) : zero;
        IntVector r3 = rows > 3 ? load(x, from + 3 * stride) : zero;
        IntVector r4 = rows > 4 ? load(x, from + 4 * stride) : zero;
        IntVector r5 = rows > 5 ? load(x, from + 5 * stride) : zero;
        IntVector r6 = rows > 6 ? load(x, from + 6 * stride) : zero;
        IntVector r7 = rows > 7 ? load(x, from + 7 * stride) : zero;
        IntVector s0 = LOW.selectFrom(r0, r4);
        IntVector s1 = HIGH.selectFrom(r0, r4);
        IntVector s2 = LOW.selectFrom(r1, r5);
        IntVector s3 = HIGH.selectFrom(r1, r5);
        IntVector s4 = LOW.selectFrom(r2, r6);
        IntVector s5 = HIGH.selectFrom(r2, r6);
        IntVector s6 = LOW.selectFrom(r3, r7);
        IntVector s7 = HIGH.selectFrom(r3, r7);
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
        u0.reinterpretAsFloats().intoArray(y, at + 0 * step);
        u1.reinterpretAsFloats().intoArray(y, at + 1 * step);
        u2.reinterpretAsFloats().intoArray(y, at + 2 * step);
        u3.reinterpretAsFloats().intoArray(y, at + 3 * step);
        u4.reinterpretAsFloats().intoArray(y, at + 4 * step);
        u5.reinterpretAsFloats().intoArray(y, at + 5 * step);
        u6.reinterpretAsFloats().intoArray(y, at + 6 * step);
        u7.reinterpretAsFloats().intoArray(y, at + 7 * step);
    }

    private static IntVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at).reinterpretAsInts();
    }
}
