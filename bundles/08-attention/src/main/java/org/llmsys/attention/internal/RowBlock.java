package org.llmsys.attention.internal;

/** A block of queries, keys or values, one array a row: {@link #ROWS} arrays of HS. Inner loops run over the features of a row. */
final class RowBlock {

    /** Positions a block. Small enough for the first-level cache at HS = 64, large enough for full vectors. */
    static final int ROWS = 64;

    private final int width;
    private final float[][] rows;

    RowBlock(int width) {
        this.width = width;
        this.rows = new float[ROWS][width];
    }

    /** Takes rows {@code from} to {@code to - 1}. */
    void load(HeadMatrix matrix, int from, int to) {
        load(matrix, from, to, 0);
    }

    /** The same, behind {@code at} rows that were taken before. */
    void load(HeadMatrix matrix, int from, int to, int at) {
        for (int j = 0; j < to - from; j++) {
            System.arraycopy(matrix.data(), matrix.at(from + j), rows[at + j], 0, width);
        }
    }

    /** {@code sum += Σ_j weights[j] · row j} for rows {@code from} to {@code to - 1} of the block, j ascending. */
    void addWeighted(float[] weights, int from, int to, float[] sum) {
        int j = from;
        for (; j + 4 <= to; j += 4) {
            TurnedBlock.addFour(weights[j], weights[j + 1], weights[j + 2], weights[j + 3], rows[j], rows[j + 1], rows[j + 2], rows[j + 3], width, sum);
        }
        for (; j < to; j++) {
            addScaled(weights[j], rows[j], sum);
        }
    }

    private static void addScaled(float factor, float[] x, float[] y) {
        for (int d = 0; d < x.length; d++) {
            y[d] += factor * x[d];
        }
    }
}
