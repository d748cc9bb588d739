package org.llmsys.vector.matmul;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.BlockFormat;

/** Weights of {@code Q8_0}: a register of bytes becomes one of floats in one conversion, then meet their scales. */
final class Q8Panels implements PanelKernel {

    private static final int SIZE = BlockFormat.SIZE;
    private static final int WIDTH = WeightPanels.WIDTH;
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * LANES));

    @Override
    public void addRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, float[] y, int y0, int y1) {
        byte[] codes = w.codes();
        float[] scales = w.scales();
        int c0 = PanelKernel.line(strip0, 0, w.depth());
        int c1 = PanelKernel.line(strip1, 0, w.depth());
        int s0 = PanelKernel.line(strip0, 0, w.depth() / SIZE);
        int s1 = PanelKernel.line(strip1, 0, w.depth() / SIZE);
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, y0);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, y1);
        for (int k = xAt; k < xAt + w.depth(); k += SIZE) {
            FloatVector scale0 = FloatVector.fromArray(FLOATS, scales, s0);
            FloatVector scale1 = FloatVector.fromArray(FLOATS, scales, s1);
            for (int j = 0; j < SIZE; j++) {
                FloatVector each = FloatVector.broadcast(FLOATS, x[k + j]);
                FloatVector w0 = (FloatVector) ByteVector.fromArray(BYTES, codes, c0 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0);
                FloatVector w1 = (FloatVector) ByteVector.fromArray(BYTES, codes, c1 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0);
                sum0 = w0.mul(scale0).fma(each, sum0);
                sum1 = w1.mul(scale1).fma(each, sum1);
            }
            c0 += SIZE * WIDTH;
            c1 += SIZE * WIDTH;
            s0 += WIDTH;
            s1 += WIDTH;
        }
        sum0.intoArray(y, y0);
        sum1.intoArray(y, y1);
    }

    @Override
    public void widen(WeightPanels w, int strip, int k, int depth, float[] to, int at, int stride) {
        byte[] codes = w.codes();
        int c = PanelKernel.line(strip, k, w.depth());
        int s = PanelKernel.line(strip, k / SIZE, w.depth() / SIZE);
        for (int block = 0; block < depth; block += SIZE, c += SIZE * WIDTH, s += WIDTH) {
            FloatVector scale = FloatVector.fromArray(FLOATS, w.scales(), s);
            for (int j = 0; j < SIZE; j++) {
                FloatVector line = (FloatVector) ByteVector.fromArray(BYTES, codes, c + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0);
                line.mul(scale).intoArray(to, at + (block + j) * stride);
            }
        }
    }
}
