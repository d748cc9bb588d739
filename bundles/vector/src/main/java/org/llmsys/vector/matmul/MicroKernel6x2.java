package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A tile of 6 rows by 2 vectors, held in 12 registers while k runs. Written by {@code src/main/scripts/WriteMicroKernel.java}.
 */
final class MicroKernel6x2 implements MicroKernel {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROWS = 6;
    private static final int LOW = 3;
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
        }
        c0_0.intoArray(c, cAt);
        c0_1.intoArray(c, cAt + LANES);
        c1_0.intoArray(c, cAt + cStride);
        c1_1.intoArray(c, cAt + cStride + LANES);
        c2_0.intoArray(c, cAt + 2 * cStride);
        c2_1.intoArray(c, cAt + 2 * cStride + LANES);
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
        }
        c0_0.intoArray(c, cAt);
        c1_0.intoArray(c, cAt + cStride);
        c2_0.intoArray(c, cAt + 2 * cStride);
        c3_0.intoArray(c, cAt + 3 * cStride);
        c4_0.intoArray(c, cAt + 4 * cStride);
        c5_0.intoArray(c, cAt + 5 * cStride);
    }
}
