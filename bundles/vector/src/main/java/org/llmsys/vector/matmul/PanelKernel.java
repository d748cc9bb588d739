package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;

/**
 * Multiplies rows with weights in panels, some strips at a time. A strip is what one register of floats holds of a panel: a whole panel
 * of sixteen columns where registers have sixteen lanes, half of one where they have eight.
 *
 * <pre>
 *   y[n] += sum over blocks b of scale[b,n] * (sum over k in b of x[k] * code[k,n])        n in the strip
 * </pre>
 *
 * <p>Each lane is one sum that meets k from low to high, so several strips are computed at once: their sums do not wait for each other.
 * {@code y} holds what the sums start from.
 */
interface PanelKernel {

    /** Registers of floats: at most as wide as a panel. */
    VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED.length() > WeightPanels.WIDTH
            ? VectorSpecies.of(float.class, VectorShape.S_512_BIT) : FloatVector.SPECIES_PREFERRED;
    int LANES = FLOATS.length();
    /** Strips of a panel. */
    int STRIPS = WeightPanels.WIDTH / LANES;

    /** One row of x and four strips, which may be the same. */
    void oneRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, int strip2, int strip3, float[] y, int yAt);

    /** Four rows of x, {@code xStride} and {@code yStride} apart, and two strips, which may be the same. */
    void fourRows(float[] x, int xAt, int xStride, WeightPanels w, int strip0, int strip1, float[] y, int yAt, int yStride);

    /** Where a strip's part of a line of sixteen begins. */
    static int lane(int strip) {
        return strip % STRIPS * LANES;
    }

    /** The column where a strip begins. */
    static int column(int strip) {
        return strip * LANES;
    }
}
