package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A tile of 12 rows by 2 vectors, held in 24 registers while k runs. Written by {@code src/main/scripts/WriteMicroKernel.java}.
 */
final class MicroKernel12x2 implements MicroKernel {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROWS = 12;
    private static final int LOW = 4;
    private static final int COLUMNS = 2 * LANES;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int lowRows() {
        return LOW;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void multiply(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride) {
        FloatVector c0_0 = FloatVector.fromArray(SPECIES, start, startAt);
        FloatVector c0_1 = FloatVector.fromArray(SPECIES, start, startAt + LANES);
        FloatVector c1_0 = FloatVector.fromArray(SPECIES, start, startAt + startStride);
        FloatVector c1_1 = FloatVector.fromArray(SPECIES, start, startAt + startStride + LANES);
        FloatVector c2_0 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride);
        FloatVector c2_1 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride + LANES);
        FloatVector c3_0 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride);
        FloatVector c3_1 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride + LANES);
        FloatVector c4_0 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride);
        FloatVector c4_1 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride + LANES);
        FloatVector c5_0 = FloatVector.fromArray(SPECIES, start, startAt + 5 * startStride);
        FloatVector c5_1 = FloatVector.fromArray(SPECIES, start, startAt + 5 * startStride + LANES);
        FloatVector c6_0 = FloatVector.fromArray(SPECIES, start, startAt + 6 * startStride);
        FloatVector c6_1 = FloatVector.fromArray(SPECIES, start, startAt + 6 * startStride + LANES);
        FloatVector c7_0 = FloatVector.fromArray(SPECIES, start, startAt + 7 * startStride);
        FloatVector c7_1 = FloatVector.fromArray(SPECIES, start, startAt + 7 * startStride + LANES);
        FloatVector c8_0 = FloatVector.fromArray(SPECIES, start, startAt + 8 * startStride);
        FloatVector c8_1 = FloatVector.fromArray(SPECIES, start, startAt + 8 * startStride + LANES);
        FloatVector c9_0 = FloatVector.fromArray(SPECIES, start, startAt + 9 * startStride);
        FloatVector c9_1 = FloatVector.fromArray(SPECIES, start, startAt + 9 * startStride + LANES);
        FloatVector c10_0 = FloatVector.fromArray(SPECIES, start, startAt + 10 * startStride);
        FloatVector c10_1 = FloatVector.fromArray(SPECIES, start, startAt + 10 * startStride + LANES);
        FloatVector c11_0 = FloatVector.fromArray(SPECIES, start, startAt + 11 * startStride);
        FloatVector c11_1 = FloatVector.fromArray(SPECIES, start, startAt + 11 * startStride + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS]);
            c0_0 = a0.fma(b0, c0_0);
            c0_1 = a0.fma(b1, c0_1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 1]);
            c1_0 = a1.fma(b0, c1_0);
            c1_1 = a1.fma(b1, c1_1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 2]);
            c2_0 = a2.fma(b0, c2_0);
            c2_1 = a2.fma(b1, c2_1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 3]);
            c3_0 = a3.fma(b0, c3_0);
            c3_1 = a3.fma(b1, c3_1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 4]);
            c4_0 = a4.fma(b0, c4_0);
            c4_1 = a4.fma(b1, c4_1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 5]);
            c5_0 = a5.fma(b0, c5_0);
            c5_1 = a5.fma(b1, c5_1);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 6]);
            c6_0 = a6.fma(b0, c6_0);
            c6_1 = a6.fma(b1, c6_1);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 7]);
            c7_0 = a7.fma(b0, c7_0);
            c7_1 = a7.fma(b1, c7_1);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 8]);
            c8_0 = a8.fma(b0, c8_0);
            c8_1 = a8.fma(b1, c8_1);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 9]);
            c9_0 = a9.fma(b0, c9_0);
            c9_1 = a9.fma(b1, c9_1);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 10]);
            c10_0 = a10.fma(b0, c10_0);
            c10_1 = a10.fma(b1, c10_1);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 11]);
            c11_0 = a11.fma(b0, c11_0);
            c11_1 = a11.fma(b1, c11_1);
        }
        c0_0.intoArray(c, cAt);
        c0_1.intoArray(c, cAt + LANES);
        c1_0.intoArray(c, cAt + cStride);
        c1_1.intoArray(c, cAt + cStride + LANES);
        c2_0.intoArray(c, cAt + 2 * cStride);
        c2_1.intoArray(c, cAt + 2 * cStride + LANES);
        c3_0.intoArray(c, cAt + 3 * cStride);
        c3_1.intoArray(c, cAt + 3 * cStride + LANES);
        c4_0.intoArray(c, cAt + 4 * cStride);
        c4_1.intoArray(c, cAt + 4 * cStride + LANES);
        c5_0.intoArray(c, cAt + 5 * cStride);
        c5_1.intoArray(c, cAt + 5 * cStride + LANES);
        c6_0.intoArray(c, cAt + 6 * cStride);
        c6_1.intoArray(c, cAt + 6 * cStride + LANES);
        c7_0.intoArray(c, cAt + 7 * cStride);
        c7_1.intoArray(c, cAt + 7 * cStride + LANES);
        c8_0.intoArray(c, cAt + 8 * cStride);
        c8_1.intoArray(c, cAt + 8 * cStride + LANES);
        c9_0.intoArray(c, cAt + 9 * cStride);
        c9_1.intoArray(c, cAt + 9 * cStride + LANES);
        c10_0.intoArray(c, cAt + 10 * cStride);
        c10_1.intoArray(c, cAt + 10 * cStride + LANES);
        c11_0.intoArray(c, cAt + 11 * cStride);
        c11_1.intoArray(c, cAt + 11 * cStride + LANES);
    }

    @Override
    public void multiplyLow(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride) {
        FloatVector c0_0 = FloatVector.fromArray(SPECIES, start, startAt);
        FloatVector c0_1 = FloatVector.fromArray(SPECIES, start, startAt + LANES);
        FloatVector c1_0 = FloatVector.fromArray(SPECIES, start, startAt + startStride);
        FloatVector c1_1 = FloatVector.fromArray(SPECIES, start, startAt + startStride + LANES);
        FloatVector c2_0 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride);
        FloatVector c2_1 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride + LANES);
        FloatVector c3_0 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride);
        FloatVector c3_1 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS]);
            c0_0 = a0.fma(b0, c0_0);
            c0_1 = a0.fma(b1, c0_1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 1]);
            c1_0 = a1.fma(b0, c1_0);
            c1_1 = a1.fma(b1, c1_1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 2]);
            c2_0 = a2.fma(b0, c2_0);
            c2_1 = a2.fma(b1, c2_1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 3]);
            c3_0 = a3.fma(b0, c3_0);
            c3_1 = a3.fma(b1, c3_1);
        }
        c0_0.intoArray(c, cAt);
        c0_1.intoArray(c, cAt + LANES);
        c1_0.intoArray(c, cAt + cStride);
        c1_1.intoArray(c, cAt + cStride + LANES);
        c2_0.intoArray(c, cAt + 2 * cStride);
        c2_1.intoArray(c, cAt + 2 * cStride + LANES);
        c3_0.intoArray(c, cAt + 3 * cStride);
        c3_1.intoArray(c, cAt + 3 * cStride + LANES);
    }

    @Override
    public void multiplyNarrow(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride) {
        FloatVector c0_0 = FloatVector.fromArray(SPECIES, start, startAt);
        FloatVector c1_0 = FloatVector.fromArray(SPECIES, start, startAt + startStride);
        FloatVector c2_0 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride);
        FloatVector c3_0 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride);
        FloatVector c4_0 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride);
        FloatVector c5_0 = FloatVector.fromArray(SPECIES, start, startAt + 5 * startStride);
        FloatVector c6_0 = FloatVector.fromArray(SPECIES, start, startAt + 6 * startStride);
        FloatVector c7_0 = FloatVector.fromArray(SPECIES, start, startAt + 7 * startStride);
        FloatVector c8_0 = FloatVector.fromArray(SPECIES, start, startAt + 8 * startStride);
        FloatVector c9_0 = FloatVector.fromArray(SPECIES, start, startAt + 9 * startStride);
        FloatVector c10_0 = FloatVector.fromArray(SPECIES, start, startAt + 10 * startStride);
        FloatVector c11_0 = FloatVector.fromArray(SPECIES, start, startAt + 11 * startStride);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS]);
            c0_0 = a0.fma(b0, c0_0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 1]);
            c1_0 = a1.fma(b0, c1_0);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 2]);
            c2_0 = a2.fma(b0, c2_0);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 3]);
            c3_0 = a3.fma(b0, c3_0);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 4]);
            c4_0 = a4.fma(b0, c4_0);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 5]);
            c5_0 = a5.fma(b0, c5_0);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 6]);
            c6_0 = a6.fma(b0, c6_0);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 7]);
            c7_0 = a7.fma(b0, c7_0);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 8]);
            c8_0 = a8.fma(b0, c8_0);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 9]);
            c9_0 = a9.fma(b0, c9_0);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 10]);
            c10_0 = a10.fma(b0, c10_0);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 11]);
            c11_0 = a11.fma(b0, c11_0);
        }
        c0_0.intoArray(c, cAt);
        c1_0.intoArray(c, cAt + cStride);
        c2_0.intoArray(c, cAt + 2 * cStride);
        c3_0.intoArray(c, cAt + 3 * cStride);
        c4_0.intoArray(c, cAt + 4 * cStride);
        c5_0.intoArray(c, cAt + 5 * cStride);
        c6_0.intoArray(c, cAt + 6 * cStride);
        c7_0.intoArray(c, cAt + 7 * cStride);
        c8_0.intoArray(c, cAt + 8 * cStride);
        c9_0.intoArray(c, cAt + 9 * cStride);
        c10_0.intoArray(c, cAt + 10 * cStride);
        c11_0.intoArray(c, cAt + 11 * cStride);
    }
}
