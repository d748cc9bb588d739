package org.llmsys.vector.position;

import org.llmsys.position.RotaryPairing;

/**
 * Turns one head at one position with cosines and sines from a table, in double, rounded once. Plain loops: the compiler makes registers of the one
 * over halves by itself. Vectors of doubles would need floats of half the width beside them, and where two widths of one type meet in a JVM,
 * HotSpot's type profiles hold both, and loops elsewhere keep their sums on the heap. One object serves all rows of a tensor.
 *
 * @param from       where x lies
 * @param to         where y is written to
 * @param direction  1 to turn by φ, -1 by -φ
 * @param accumulate whether to add to y
 */
record RowRotation(RotaryPairing pairing, int headDim, float[] from, float[] to, int direction, boolean accumulate) {

    /**
     * @param x      where the head begins in {@code from}
     * @param y      where it begins in {@code to}
     * @param angles the position's row begins at {@code row}
     */
    void turn(int x, int y, AngleTable.Block angles, int row) {
        if (pairing == RotaryPairing.INTERLEAVED) {
            turnNeighbours(x, y, angles.cos(), angles.sin(), row);
        } else {
            int half = headDim / 2;
            turnHalf(x, x + half, y, angles.cos(), angles.sin(), row);
            turnHalf(x + half, x, y + half, angles.cos(), angles.sin(), row + half);
        }
    }

    private void turnNeighbours(int x, int y, double[] cos, double[] sin, int row) {
        for (int d = 0; d < headDim; d++) {
            double turned = from[x + d] * cos[row + d] + from[x + (d ^ 1)] * (sin[row + d] * direction);
            to[y + d] = (float) (accumulate ? to[y + d] + turned : turned);
        }
    }

    /** The elements of one half, which begin at {@code own}; their partners begin at {@code other}. */
    private void turnHalf(int own, int other, int y, double[] cos, double[] sin, int row) {
        for (int d = 0; d < headDim / 2; d++) {
            double turned = from[own + d] * cos[row + d] + from[other + d] * (sin[row + d] * direction);
            to[y + d] = (float) (accumulate ? to[y + d] + turned : turned);
        }
    }
}
