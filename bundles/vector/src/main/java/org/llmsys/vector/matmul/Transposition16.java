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
        IntVector zero = IntVector.zero(INDICES);
        IntVector r0 = rows > 0 ? load(x, from + 0 * stride) : zero;
        IntVector r1 = rows > 1 ? load(x, from + 1 * stride) : zero;
        IntVector r2 = rows > 2 ? load(x, from + 2 * stride) : zero;
        IntVector r3 = rows > 3 ? load(x, from + 3 * stride) : zero;
        IntVector r4 = rows > 4 ? load(x, from + 4 * stride) : zero;
        IntVector r5 = rows > 5 ? load(x, from + 5 * stride) : zero;
        IntVector r6 = rows > 6 ? load(x, from + 6 * stride) : zero;
        IntVector r7 = rows > 7 ? load(x, from + 7 * stride) : zero;
        IntVector r8 = rows > 8 ? load(x, from + 8 * stride) : zero;
        IntVector r9 = rows > 9 ? load(x, from + 9 * stride) : zero;
        IntVector r10 = rows > 10 ? load(x, from + 10 * stride) : zero;
        IntVector r11 = rows > 11 ? load(x, from + 11 * stride) : zero;
        IntVector r12 = rows > 12 ? load(x, from + 12 * stride) : zero;
        IntVector r13 = rows > 13 ? load(x, from + 13 * stride) : zero;
        IntVector r14 = rows > 14 ? load(x, from + 14 * stride) : zero;
        IntVector r15 = rows > 15 ? load(x, from + 15 * stride) : zero;
        IntVector s0 = LOW.selectFrom(r0, r8);
        IntVector s1 = HIGH.selectFrom(r0, r8);
        IntVector s2 = LOW.selectFrom(r1, r9);
        IntVector s3 = HIGH.selectFrom(r1, r9);
        IntVector s4 = LOW.selectFrom(r2, r10);
        IntVector s5 = HIGH.selectFrom(r2, r10);
        IntVector s6 = LOW.selectFrom(r3, r11);
        IntVector s7 = HIGH.selectFrom(r3, r11);
        IntVector s8 = LOW.selectFrom(r4, r12);
        IntVector s9 = HIGH.selectFrom(r4, r12);
        IntVector s10 = LOW.selectFrom(r5, r13);
        IntVector s11 = HIGH.selectFrom(r5, r13);
        IntVector s12 = LOW.selectFrom(r6, r14);
        IntVector s13 = HIGH.selectFrom(r6, r14);
        IntVector s14 = LOW.selectFrom(r7, r15);
        IntVector s15 = HIGH.selectFrom(r7, r15);
        IntVector t0 = LOW.selectFrom(s0, s8);
        IntVector t1 = HIGH.selectFrom(s0, s8);
        IntVector t2 = LOW.selectFrom(s1, s9);
        IntVector t3 = HIGH.selectFrom(s1, s9);
        IntVector t4 = LOW.selectFrom(s2, s10);
        IntVector t5 = HIGH.selectFrom(s2, s10);
        IntVector t6 = LOW.selectFrom(s3, s11);
        IntVector t7 = HIGH.selectFrom(s3, s11);
        IntVector t8 = LOW.selectFrom(s4, s12);
        IntVector t9 = HIGH.selectFrom(s4, s12);
        IntVector t10 = LOW.selectFrom(s5, s13);
        IntVector t11 = HIGH.selectFrom(s5, s13);
        IntVector t12 = LOW.selectFrom(s6, s14);
        IntVector t13 = HIGH.selectFrom(s6, s14);
        IntVector t14 = LOW.selectFrom(s7, s15);
        IntVector t15 = HIGH.selectFrom(s7, s15);
        IntVector u0 = LOW.selectFrom(t0, t8);
        IntVector u1 = HIGH.selectFrom(t0, t8);
        IntVector u2 = LOW.selectFrom(t1, t9);
        IntVector u3 = HIGH.selectFrom(t1, t9);
        IntVector u4 = LOW.selectFrom(t2, t10);
        IntVector u5 = HIGH.selectFrom(t2, t10);
        IntVector u6 = LOW.selectFrom(t3, t11);
        IntVector u7 = HIGH.selectFrom(t3, t11);
        IntVector u8 = LOW.selectFrom(t4, t12);
        IntVector u9 = HIGH.selectFrom(t4, t12);
        IntVector u10 = LOW.selectFrom(t5, t13);
        IntVector u11 = HIGH.selectFrom(t5, t13);
        IntVector u12 = LOW.selectFrom(t6, t14);
        IntVector u13 = HIGH.selectFrom(t6, t14);
        IntVector u14 = LOW.selectFrom(t7, t15);
        IntVector u15 = HIGH.selectFrom(t7, t15);
        IntVector v0 = LOW.selectFrom(u0, u8);
        IntVector v1 = HIGH.selectFrom(u0, u8);
        IntVector v2 = LOW.selectFrom(u1, u9);
        IntVector v3 = HIGH.selectFrom(u1, u9);
        IntVector v4 = LOW.selectFrom(u2, u10);
        IntVector v5 = HIGH.selectFrom(u2, u10);
        IntVector v6 = LOW.selectFrom(u3, u11);
        IntVector v7 = HIGH.selectFrom(u3, u11);
        IntVector v8 = LOW.selectFrom(u4, u12);
        IntVector v9 = HIGH.selectFrom(u4, u12);
        IntVector v10 = LOW.selectFrom(u5, u13);
        IntVector v11 = HIGH.selectFrom(u5, u13);
        IntVector v12 = LOW.selectFrom(u6, u14);
        IntVector v13 = HIGH.selectFrom(u6, u14);
        IntVector v14 = LOW.selectFrom(u7, u15);
        IntVector v15 = HIGH.selectFrom(u7, u15);
        v0.reinterpretAsFloats().intoArray(y, at + 0 * step);
        v1.reinterpretAsFloats().intoArray(y, at + 1 * step);
        v2.reinterpretAsFloats().intoArray(y, at + 2 * step);
        v3.reinterpretAsFloats().intoArray(y, at + 3 * step);
        v4.reinterpretAsFloats().intoArray(y, at + 4 * step);
        v5.reinterpretAsFloats().intoArray(y, at + 5 * step);
        v6.reinterpretAsFloats().intoArray(y, at + 6 * step);
        v7.reinterpretAsFloats().intoArray(y, at + 7 * step);
        v8.reinterpretAsFloats().intoArray(y, at + 8 * step);
        v9.reinterpretAsFloats().intoArray(y, at + 9 * step);
        v10.reinterpretAsFloats().intoArray(y, at + 10 * step);
        v11.reinterpretAsFloats().intoArray(y, at + 11 * step);
        v12.reinterpretAsFloats().intoArray(y, at + 12 * step);
        v13.reinterpretAsFloats().intoArray(y, at + 13 * step);
        v14.reinterpretAsFloats().intoArray(y, at + 14 * step);
        v15.reinterpretAsFloats().intoArray(y, at + 15 * step);
    }

    private static IntVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at).reinterpretAsInts();
    }
}
