package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;

/** Four rows by two strips: eight sums, two weights and a broadcast, which sixteen registers hold. */
final class FourRowTile implements RowTile {

    private static final int ROWS = 4;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public void add(float[] x, int xAt, int depth, float[] w, int w0, int w1, int stride, float[] tile) {
        FloatVector sum00 = FloatVector.fromArray(FLOATS, tile, 0);
        FloatVector sum01 = FloatVector.fromArray(FLOATS, tile, LANES);
        FloatVector sum10 = FloatVector.fromArray(FLOATS, tile, 2 * LANES);
        FloatVector sum11 = FloatVector.fromArray(FLOATS, tile, 3 * LANES);
        FloatVector sum20 = FloatVector.fromArray(FLOATS, tile, 4 * LANES);
        FloatVector sum21 = FloatVector.fromArray(FLOATS, tile, 5 * LANES);
        FloatVector sum30 = FloatVector.fromArray(FLOATS, tile, 6 * LANES);
        FloatVector sum31 = FloatVector.fromArray(FLOATS, tile, 7 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(FLOATS, w, w0 + k * stride);
            FloatVector right = FloatVector.fromArray(FLOATS, w, w1 + k * stride);
            FloatVector each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS]);
            sum00 = left.fma(each, sum00);
            sum01 = right.fma(each, sum01);
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 1]);
            sum10 = left.fma(each, sum10);
            sum11 = right.fma(each, sum11);
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 2]);
            sum20 = left.fma(each, sum20);
            sum21 = right.fma(each, sum21);
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 3]);
            sum30 = left.fma(each, sum30);
            sum31 = right.fma(each, sum31);
        }
        sum00.intoArray(tile, 0);
        sum01.intoArray(tile, LANES);
        sum10.intoArray(tile, 2 * LANES);
        sum11.intoArray(tile, 3 * LANES);
        sum20.intoArray(tile, 4 * LANES);
        sum21.intoArray(tile, 5 * LANES);
        sum30.intoArray(tile, 6 * LANES);
        sum31.intoArray(tile, 7 * LANES);
    }
}
