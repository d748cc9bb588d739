package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;

/**
 * Weights of one type in panels, strip by strip. A strip is what one register of floats holds of a panel: half of a panel's columns where registers have
 * sixteen lanes, a quarter where they have eight.
 *
 * <pre>
 *   y[n] += x[0]*w[0,n] + x[1]*w[1,n] + ...        n in the strip, k ascending, w = scale * code
 * </pre>
 *
 * <p>Each lane is one sum. Each weight becomes a float before it is multiplied, so a product has the bits that a product with the widened weights
 * has, whatever the number of rows. Bodies are small on purpose: HotSpot gives up inlining what a conversion is made of when a method holds
 * more than a few, and then every register is an object.
 */
interface PanelKernel {

    /** Registers of floats: at most as wide as a panel. */
    VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED.length() > WeightPanels.WIDTH
            ? VectorSpecies.of(float.class, VectorShape.S_512_BIT) : FloatVector.SPECIES_PREFERRED;
    int LANES = FLOATS.length();
    /** Strips of a panel. */
    int STRIPS = WeightPanels.WIDTH / LANES;

    /** Adds one row of x times two strips to whole registers of y. */
    void addRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, float[] y, int y0, int y1);

    /** Writes the weights k to k + depth of a strip as floats, {@code LANES} side by side, lines {@code stride} apart; whole blocks of types that have them. */
    void widen(WeightPanels w, int strip, int k, int depth, float[] to, int at, int stride);

    /** Where line k of a strip begins, in lines as wide as a panel. */
    static int line(int strip, int k, int depth) {
        return (strip / STRIPS * depth + k) * WeightPanels.WIDTH + strip % STRIPS * LANES;
    }

    /** The column where a strip begins. */
    static int column(int strip) {
        return strip * LANES;
    }
}
