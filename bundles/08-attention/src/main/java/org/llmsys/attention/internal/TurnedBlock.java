package org.llmsys.attention.internal;

/**
 * A block of keys or values, turned so that one feature of all of them is one array: HS arrays of {@link RowBlock#ROWS}. The inner
 * loop then runs over positions, carries no sum from one turn to the next, and uses one index for every array it touches: that is
 * what a compiler needs to prove to turn it into vector instructions.
 */
final class TurnedBlock {

    private final float[][] features;

    TurnedBlock(int width) {
        this.features = new float[width][RowBlock.ROWS];
    }

    /** Takes rows {@code from} to {@code to - 1}. */
    void load(HeadMatrix matrix, int from, int to) {
        load(matrix, from, to, 0);
    }

    /** The same, behind {@code first} rows that were taken before. */
    void load(HeadMatrix matrix, int from, int to, int first) {
        float[] data = matrix.data();
        for (int d = 0; d < features.length; d++) {
            float[] feature = features[d];
            int at = matrix.at(from) + d;
            for (int j = 0; j < to - from; j++, at += matrix.stride()) {
                feature[first + j] = data[at];
            }
        }
    }

    /** {@code dots[j] = x · row j} for the first {@code count} rows; x starts at {@code at} in its array. Sums over d ascending. */
    void dots(float[] x, int at, int count, float[] dots) {
        for (int j = 0; j < count; j++) {
            dots[j] = 0;
        }
        int d = 0;
        for (; d + 4 <= features.length; d += 4) {               // four features a turn: a quarter of the loads and stores of dots
            addFour(x[at + d], x[at + d + 1], x[at + d + 2], x[at + d + 3],
                    features[d], features[d + 1], features[d + 2], features[d + 3], count, dots);
        }
        for (; d < features.length; d++) {
            float factor = x[at + d];
            float[] feature = features[d];
            for (int j = 0; j < count; j++) {
                dots[j] += factor * feature[j];
            }
        }
    }

    /** {@code sum += a·w + b·x + c·y + e·z}, element by element. */
    static void addFour(float a, float b, float c, float e, float[] w, float[] x, float[] y, float[] z, int count, float[] sum) {
        for (int i = 0; i < count; i++) {
            sum[i] = sum[i] + a * w[i] + b * x[i] + c * y[i] + e * z[i];
        }
    }
}
