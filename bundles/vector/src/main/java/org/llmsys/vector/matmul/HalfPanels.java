package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;

/**
 * Weights of F16. Exponent and fraction are shifted to where a float has them, which leaves the exponent 112 too small; multiplying by 2^112 mends
 * that, and normalizes what was subnormal. Weights are finite, so no infinity has to be kept.
 *
 * <pre>
 *   float = (magnitude shifted by 13 | sign shifted by 16) * 2^112
 * </pre>
 */
final class HalfPanels implements PanelKernel {

    private static final int WIDTH = WeightPanels.WIDTH;
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(16 * LANES));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final int MAGNITUDE = 0x7FFF;
    /** The sign as it stands after the extension of a short to an int. */
    private static final int SIGN = 0x8000_0000;
    private static final float REBIAS = 0x1p112f;

    @Override
    public void addRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, float[] y, int y0, int y1) {
        short[] halves = w.halves();
        int h0 = PanelKernel.line(strip0, 0, w.depth());
        int h1 = PanelKernel.line(strip1, 0, w.depth());
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, y0);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, y1);
        for (int k = 0; k < w.depth(); k++) {
            FloatVector each = FloatVector.broadcast(FLOATS, x[xAt + k]);
            IntVector bits0 = (IntVector) ShortVector.fromArray(SHORTS, halves, h0 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            IntVector bits1 = (IntVector) ShortVector.fromArray(SHORTS, halves, h1 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            sum0 = bits0.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits0.and(SIGN)).reinterpretAsFloats().mul(REBIAS).fma(each, sum0);
            sum1 = bits1.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits1.and(SIGN)).reinterpretAsFloats().mul(REBIAS).fma(each, sum1);
        }
        sum0.intoArray(y, y0);
        sum1.intoArray(y, y1);
    }

    @Override
    public void widen(WeightPanels w, int strip, int k, int depth, float[] to, int at, int stride) {
        int from = PanelKernel.line(strip, k, w.depth());
        for (int j = 0; j < depth; j++) {
            IntVector bits = (IntVector) ShortVector.fromArray(SHORTS, w.halves(), from + j * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            bits.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits.and(SIGN)).reinterpretAsFloats().mul(REBIAS).intoArray(to, at + j * stride);
        }
    }
}
