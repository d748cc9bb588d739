package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;

/** Weights of BF16: the bits of a float's upper half, so a shift makes floats of them. */
final class Bfloat16Panels implements PanelKernel {

    private static final int WIDTH = WeightPanels.WIDTH;
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(16 * LANES));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

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
            sum0 = bits0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(each, sum0);
            sum1 = bits1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(each, sum1);
        }
        sum0.intoArray(y, y0);
        sum1.intoArray(y, y1);
    }

    @Override
    public void widen(WeightPanels w, int strip, int k, int depth, float[] to, int at, int stride) {
        int from = PanelKernel.line(strip, k, w.depth());
        for (int j = 0; j < depth; j++) {
            IntVector bits = (IntVector) ShortVector.fromArray(SHORTS, w.halves(), from + j * WIDTH).convertShape(VectorOperators.S2I, INTS, 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(to, at + j * stride);
        }
    }
}
