package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;

/**
 * Weights of F16. Exponent and fraction are shifted to where a float has them, which leaves the exponent 112 too small; multiplying by
 * 2^112 mends that, and normalizes what was subnormal. Weights are finite, so no infinity has to be kept.
 *
 * <pre>
 *   float = (magnitude shifted by 13 | sign shifted by 16) * 2^112
 * </pre>
 *
 * <p>Written by {@code src/main/scripts/WritePanels.java}.
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
    public void oneRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, int strip2, int strip3, float[] y, int yAt) {
        short[] halves = w.halves();
        int depth = w.depth();
        int h0 = halves(strip0, depth);
        VectorMask<Float> mask0 = FLOATS.indexInRange(PanelKernel.column(strip0), w.columns());
        int h1 = halves(strip1, depth);
        VectorMask<Float> mask1 = FLOATS.indexInRange(PanelKernel.column(strip1), w.columns());
        int h2 = halves(strip2, depth);
        VectorMask<Float> mask2 = FLOATS.indexInRange(PanelKernel.column(strip2), w.columns());
        int h3 = halves(strip3, depth);
        VectorMask<Float> mask3 = FLOATS.indexInRange(PanelKernel.column(strip3), w.columns());
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip0), mask0);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip1), mask1);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip2), mask2);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip3), mask3);
        for (int k = 0; k < depth; k++) {
            FloatVector each = FloatVector.broadcast(FLOATS, x[xAt + k]);
            IntVector bits0 = (IntVector) ShortVector.fromArray(SHORTS, halves, h0 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            FloatVector w0 = bits0.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits0.and(SIGN)).reinterpretAsFloats().mul(REBIAS);
            sum0 = w0.fma(each, sum0);
            IntVector bits1 = (IntVector) ShortVector.fromArray(SHORTS, halves, h1 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            FloatVector w1 = bits1.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits1.and(SIGN)).reinterpretAsFloats().mul(REBIAS);
            sum1 = w1.fma(each, sum1);
            IntVector bits2 = (IntVector) ShortVector.fromArray(SHORTS, halves, h2 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            FloatVector w2 = bits2.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits2.and(SIGN)).reinterpretAsFloats().mul(REBIAS);
            sum2 = w2.fma(each, sum2);
            IntVector bits3 = (IntVector) ShortVector.fromArray(SHORTS, halves, h3 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            FloatVector w3 = bits3.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits3.and(SIGN)).reinterpretAsFloats().mul(REBIAS);
            sum3 = w3.fma(each, sum3);
        }
        sum0.intoArray(y, yAt + PanelKernel.column(strip0), mask0);
        sum1.intoArray(y, yAt + PanelKernel.column(strip1), mask1);
        sum2.intoArray(y, yAt + PanelKernel.column(strip2), mask2);
        sum3.intoArray(y, yAt + PanelKernel.column(strip3), mask3);
    }

    @Override
    public void fourRows(float[] x, int xAt, int xStride, WeightPanels w, int strip0, int strip1, float[] y, int yAt, int yStride) {
        short[] halves = w.halves();
        int depth = w.depth();
        int h0 = halves(strip0, depth);
        VectorMask<Float> mask0 = FLOATS.indexInRange(PanelKernel.column(strip0), w.columns());
        int h1 = halves(strip1, depth);
        VectorMask<Float> mask1 = FLOATS.indexInRange(PanelKernel.column(strip1), w.columns());
        int x1 = xAt + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int y0 = yAt + PanelKernel.column(strip0);
        int y1 = yAt + PanelKernel.column(strip1);
        FloatVector sum00 = FloatVector.fromArray(FLOATS, y, y0, mask0);
        FloatVector sum01 = FloatVector.fromArray(FLOATS, y, y1, mask1);
        FloatVector sum10 = FloatVector.fromArray(FLOATS, y, y0 + yStride, mask0);
        FloatVector sum11 = FloatVector.fromArray(FLOATS, y, y1 + yStride, mask1);
        FloatVector sum20 = FloatVector.fromArray(FLOATS, y, y0 + 2 * yStride, mask0);
        FloatVector sum21 = FloatVector.fromArray(FLOATS, y, y1 + 2 * yStride, mask1);
        FloatVector sum30 = FloatVector.fromArray(FLOATS, y, y0 + 3 * yStride, mask0);
        FloatVector sum31 = FloatVector.fromArray(FLOATS, y, y1 + 3 * yStride, mask1);
        for (int k = 0; k < depth; k++) {
            IntVector bits0 = (IntVector) ShortVector.fromArray(SHORTS, halves, h0 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            FloatVector w0 = bits0.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits0.and(SIGN)).reinterpretAsFloats().mul(REBIAS);
            IntVector bits1 = (IntVector) ShortVector.fromArray(SHORTS, halves, h1 + k * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            FloatVector w1 = bits1.and(MAGNITUDE).lanewise(VectorOperators.LSHL, 13).or(bits1.and(SIGN)).reinterpretAsFloats().mul(REBIAS);
            FloatVector each0 = FloatVector.broadcast(FLOATS, x[xAt + k]);
            sum00 = w0.fma(each0, sum00);
            sum01 = w1.fma(each0, sum01);
            FloatVector each1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            sum10 = w0.fma(each1, sum10);
            sum11 = w1.fma(each1, sum11);
            FloatVector each2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            sum20 = w0.fma(each2, sum20);
            sum21 = w1.fma(each2, sum21);
            FloatVector each3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
            sum30 = w0.fma(each3, sum30);
            sum31 = w1.fma(each3, sum31);
        }
        sum00.intoArray(y, y0, mask0);
        sum01.intoArray(y, y1, mask1);
        sum10.intoArray(y, y0 + yStride, mask0);
        sum11.intoArray(y, y1 + yStride, mask1);
        sum20.intoArray(y, y0 + 2 * yStride, mask0);
        sum21.intoArray(y, y1 + 2 * yStride, mask1);
        sum30.intoArray(y, y0 + 3 * yStride, mask0);
        sum31.intoArray(y, y1 + 3 * yStride, mask1);
    }

    private static int halves(int strip, int depth) {
        return strip / STRIPS * depth * WIDTH + PanelKernel.lane(strip);
    }
}
