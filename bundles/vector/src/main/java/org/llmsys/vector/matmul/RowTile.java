package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A few rows and two strips of weights, with all their sums in registers while k runs: each weight is loaded once for all rows.
 *
 * <pre>
 *   tile[r,n] += sum over k of x[k,r] * w[k,n]        r below rows(), n in the two strips, k ascending
 * </pre>
 */
sealed interface RowTile permits FourRowTile, EightRowTile {

    VectorSpecies<Float> FLOATS = PanelKernel.FLOATS;
    int LANES = PanelKernel.LANES;

    /** The tallest whose sums this processor's registers hold. */
    static RowTile tallest() {
        return LANES >= 16 ? new EightRowTile() : new FourRowTile();
    }

    /** Rows that meet a weight at once. */
    int rows();

    /**
     * @param x    (depth, rows()) from {@code xAt} on
     * @param w0   where the first strip's lines begin, {@code w1} the second's, lines {@code stride} apart
     * @param tile (rows(), 2 * LANES)
     */
    void add(float[] x, int xAt, int depth, float[] w, int w0, int w1, int stride, float[] tile);
}
