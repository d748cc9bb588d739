package org.llmsys.attention.internal;

/**
 * Up to {@link #KEYS} rows of keys or values, turned so that one feature of all of them stands side by side: (HS, KEYS). Inner loops
 * then run over positions with stride 1 and carry no sum from one turn to the next, which a compiler can vectorize.
 */
final class KeyBlock {

    /** Positions a block. Small enough for the first-level cache at HS = 64, large enough for full vectors. */
    static final int KEYS = 64;

    private final int width;
    private final float[] turned;
    private int keys;

    KeyBlock(int width) {
        this.width = width;
        this.turned = new float[width * KEYS];
    }

    /** Takes rows {@code from} to {@code to - 1}. */
    void load(HeadMatrix matrix, int from, int to) {
        keys = to - from;
        for (int j = 0; j < keys; j++) {
            int row = matrix.at(from + j);
            for (int d = 0; d < width; d++) {
                turned[d * KEYS + j] = matrix.data()[row + d];
            }
        }
    }

    int keys() {
        return keys;
    }

    /** {@code dots[j] = x · row j} for the first {@code count} rows of the block; x starts at {@code xAt}. Sums over d ascending. */
    void dots(float[] x, int xAt, int count, float[] dots) {
        for (int j = 0; j < count; j++) {
            dots[j] = 0;
        }
        int d = 0;
        for (; d + 4 <= width; d += 4) {                         // four features a turn: a quarter of the loads and stores of dots
            float x0 = x[xAt + d];
            float x1 = x[xAt + d + 1];
            float x2 = x[xAt + d + 2];
            float x3 = x[xAt + d + 3];
            int row = d * KEYS;
            for (int j = 0; j < count; j++) {
                dots[j] = dots[j] + x0 * turned[row + j] + x1 * turned[row + KEYS + j] + x2 * turned[row + 2 * KEYS + j] + x3 * turned[row + 3 * KEYS + j];
            }
        }
        for (; d < width; d++) {
            float x0 = x[xAt + d];
            int row = d * KEYS;
            for (int j = 0; j < count; j++) {
                dots[j] += x0 * turned[row + j];
            }
        }
    }

    /** y += a·x over {@code count} elements. */
    static void addScaled(float a, float[] x, int xAt, float[] y, int yAt, int count) {
        for (int d = 0; d < count; d++) {
            y[yAt + d] += a * x[xAt + d];
        }
    }
}
