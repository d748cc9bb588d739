package org.llmsys.vector.matmul;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.BlockFormat;

/**
 * Weights of {@code Q4_0}: the low halves of a line of bytes are the weights of one k, the high halves those of the k sixteen later. Both are read
 * from the same sixteen lines, one after the other, so that k ascends.
 *
 * <pre>
 *   weight = scale * (half - 8) = half * scale + (-8 * scale)        fused, so it is rounded once, like the product
 * </pre>
 */
final class Q4Panels implements PanelKernel {

    private static final int SIZE = BlockFormat.SIZE;
    private static final int HALF = SIZE / 2;
    private static final int WIDTH = WeightPanels.WIDTH;
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * LANES));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    @Override
    public void addRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, float[] y, int y0, int y1) {
        byte[] codes = w.codes();
        float[] scales = w.scales();
        int c0 = PanelKernel.line(strip0, 0, w.depth() / 2);
        int c1 = PanelKernel.line(strip1, 0, w.depth() / 2);
        int s0 = PanelKernel.line(strip0, 0, w.depth() / SIZE);
        int s1 = PanelKernel.line(strip1, 0, w.depth() / SIZE);
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, y0);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, y1);
        for (int k = xAt; k < xAt + w.depth(); k += SIZE) {
            FloatVector scale0 = FloatVector.fromArray(FLOATS, scales, s0);
            FloatVector scale1 = FloatVector.fromArray(FLOATS, scales, s1);
            FloatVector lift0 = scale0.mul(-8);
            FloatVector lift1 = scale1.mul(-8);
            for (int j = 0; j < HALF; j++) {
                FloatVector each = FloatVector.broadcast(FLOATS, x[k + j]);
                FloatVector w0 = (FloatVector) ((IntVector) ByteVector.fromArray(BYTES, codes, c0 + j * WIDTH).convertShape(VectorOperators.B2I, INTS, 0))
                        .and(15).convert(VectorOperators.I2F, 0);
                FloatVector w1 = (FloatVector) ((IntVector) ByteVector.fromArray(BYTES, codes, c1 + j * WIDTH).convertShape(VectorOperators.B2I, INTS, 0))
                        .and(15).convert(VectorOperators.I2F, 0);
                sum0 = w0.fma(scale0, lift0).fma(each, sum0);
                sum1 = w1.fma(scale1, lift1).fma(each, sum1);
            }
            for (int j = 0; j < HALF; j++) {
                FloatVector each = FloatVector.broadcast(FLOATS, x[k + j + HALF]);
                FloatVector w0 = (FloatVector) ((IntVector) ByteVector.fromArray(BYTES, codes, c0 + j * WIDTH).convertShape(VectorOperators.B2I, INTS, 0)).lanewise(VectorOperators.LSHR, 4)
                        .and(15).convert(VectorOperators.I2F, 0);
                FloatVector w1 = (FloatVector) ((IntVector) ByteVector.fromArray(BYTES, codes, c1 + j * WIDTH).convertShape(VectorOperators.B2I, INTS, 0)).lanewise(VectorOperators.LSHR, 4)
                        .and(15).convert(VectorOperators.I2F, 0);
                sum0 = w0.fma(scale0, lift0).fma(each, sum0);
                sum1 = w1.fma(scale1, lift1).fma(each, sum1);
            }
            c0 += HALF * WIDTH;
            c1 += HALF * WIDTH;
            s0 += WIDTH;
            s1 += WIDTH;
        }
        sum0.intoArray(y, y0);
        sum1.intoArray(y, y1);
    }

    @Override
    public void widen(WeightPanels w, int strip, int k, int depth, float[] to, int at, int stride) {
        byte[] codes = w.codes();
        int c = PanelKernel.line(strip, k / 2, w.depth() / 2);
        int s = PanelKernel.line(strip, k / SIZE, w.depth() / SIZE);
        for (int block = 0; block < depth; block += SIZE, c += HALF * WIDTH, s += WIDTH) {
            FloatVector scale = FloatVector.fromArray(FLOATS, w.scales(), s);
            FloatVector lift = scale.mul(-8);
            for (int j = 0; j < HALF; j++) {
                IntVector pairs = (IntVector) ByteVector.fromArray(BYTES, codes, c + j * WIDTH).convertShape(VectorOperators.B2I, INTS, 0);
                FloatVector low = (FloatVector) pairs.and(15).convert(VectorOperators.I2F, 0);
                FloatVector high = (FloatVector) pairs.lanewise(VectorOperators.LSHR, 4).and(15).convert(VectorOperators.I2F, 0);
                low.fma(scale, lift).intoArray(to, at + (block + j) * stride);
                high.fma(scale, lift).intoArray(to, at + (block + j + HALF) * stride);
            }
        }
    }
}
