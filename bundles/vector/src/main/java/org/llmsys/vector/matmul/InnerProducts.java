package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products with neighbouring rows of a matrix, a register of rows at once. Blocks are turned in registers first; then the lanes are rows at
 * the same k, and each row has a sum of its own that meets k from low to high.
 *
 * <pre>
 *   block[k, r] = Y[r, k]                                       r below {@link #ROWS}
 *   c[r] += x[0]*block[0,r] + x[1]*block[1,r] + ...
 * </pre>
 *
 * <p>All registers are as wide as the machine's, here as everywhere in this bundle: where two widths meet in one JVM, HotSpot's type profiles hold
 * both, and a loop compiled for either of them keeps its sums on the heap.
 */
public final class InnerProducts {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    /** Rows that are taken at once. */
    public static final int ROWS = SPECIES.length();
    private static final Transposition TRANSPOSITION = Transposition.preferred();

    private InnerProducts() {
    }

    /**
     * Turns a block.
     *
     * @param y     row r begins at {@code yAt + r * stride}
     * @param rows  rows that exist, from 1 to {@link #ROWS}; what stands in the lanes of others means nothing
     * @param depth elements of a row
     * @param block {@code depth * ROWS} elements, overwritten
     */
    public static void turn(float[] y, int yAt, int stride, int rows, int depth, float[] block) {
        int k = 0;
        for (; TRANSPOSITION != null && k + ROWS <= depth; k += ROWS) {
            TRANSPOSITION.transpose(y, yAt + k, stride, rows, block, k * ROWS, ROWS);
        }
        for (; k < depth; k++) {
            for (int r = 0; r < ROWS; r++) {
                block[k * ROWS + r] = y[yAt + Math.min(r, rows - 1) * stride + k];
            }
        }
    }

    /** Adds the inner products of x with a turned block to {@code ROWS} elements of c. */
    public static void add(float[] x, int xAt, int depth, float[] block, float[] c, int cAt) {
        FloatVector sum = FloatVector.fromArray(SPECIES, c, cAt);
        for (int k = 0; k < depth; k++) {
            sum = FloatVector.fromArray(SPECIES, block, k * ROWS).fma(FloatVector.broadcast(SPECIES, x[xAt + k]), sum);
        }
        sum.intoArray(c, cAt);
    }
}
