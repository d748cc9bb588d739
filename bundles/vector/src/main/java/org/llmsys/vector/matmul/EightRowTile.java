package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;

/** Eight rows by two strips: sixteen sums, which take a processor with thirty-two registers. Weights stream from memory once for all eight. */
final class EightRowTile implements RowTile {

    private static final int ROWS = 8;

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
        FloatVector sum40 = FloatVector.fromArray(FLOATS, tile, 8 * LANES);
        FloatVector sum41 = FloatVector.fromArray(FLOATS, tile, 9 * LANES);
        FloatVector sum50 = FloatVector.fromArray(FLOATS, tile, 10 * LANES);
        FloatVector sum51 = FloatVector.fromArray(FLOATS, tile, 11 * LANES);
        FloatVector sum60 = FloatVector.fromArray(FLOATS, tile, 12 * LANES);
        FloatVector sum61 = FloatVector.fromArray(FLOATS, tile, 13 * LANES);
        FloatVector sum70 = FloatVector.fromArray(FLOATS, tile, 14 * LANES);
        FloatVector sum71 = FloatVector.fromArray(FLOATS, tile, 15 * LANES);
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
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 4]);
            sum40 = left.fma(each, sum40);
            sum41 = right.fma(each, sum41);
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 5]);
            sum50 = left.fma(each, sum50);
            sum51 = right.fma(each, sum51);
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 6]);
            sum60 = left.fma(each, sum60);
            sum61 = right.fma(each, sum61);
            each = FloatVector.broadcast(FLOATS, x[xAt + k * ROWS + 7]);
            sum70 = left.fma(each, sum70);
            sum71 = right.fma(each, sum71);
        }
        sum00.intoArray(tile, 0);
        sum01.intoArray(tile, LANES);
        sum10.intoArray(tile, 2 * LANES);
        sum11.intoArray(tile, 3 * LANES);
        sum20.intoArray(tile, 4 * LANES);
        sum21.intoArray(tile, 5 * LANES);
        sum30.intoArray(tile, 6 * LANES);
        sum31.intoArray(tile, 7 * LANES);
        sum40.intoArray(tile, 8 * LANES);
        sum41.intoArray(tile, 9 * LANES);
        sum50.intoArray(tile, 10 * LANES);
        sum51.intoArray(tile, 11 * LANES);
        sum60.intoArray(tile, 12 * LANES);
        sum61.intoArray(tile, 13 * LANES);
        sum70.intoArray(tile, 14 * LANES);
        sum71.intoArray(tile, 15 * LANES);
    }
}
