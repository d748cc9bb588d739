package org.llmsys.vector.matmul;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.BlockFormat;

/**
 * Weights of {@code Q8_0}: sixteen bytes become sixteen floats in one conversion, and are multiplied with one element of x.
 *
 * <p>Written by {@code src/main/scripts/WritePanels.java}.
 */
final class Q8Panels implements PanelKernel {

    private static final int SIZE = BlockFormat.SIZE;
    private static final int WIDTH = WeightPanels.WIDTH;
    /** Bytes of a block of a panel. */
    private static final int BLOCK = SIZE * WIDTH;
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * LANES));

    @Override
    public void oneRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, int strip2, int strip3, float[] y, int yAt) {
        byte[] codes = w.codes();
        float[] scales = w.scales();
        int blocks = w.depth() / SIZE;
        int c0 = codes(strip0, blocks);
        int s0 = scales(strip0, blocks);
        VectorMask<Float> mask0 = FLOATS.indexInRange(PanelKernel.column(strip0), w.columns());
        int c1 = codes(strip1, blocks);
        int s1 = scales(strip1, blocks);
        VectorMask<Float> mask1 = FLOATS.indexInRange(PanelKernel.column(strip1), w.columns());
        int c2 = codes(strip2, blocks);
        int s2 = scales(strip2, blocks);
        VectorMask<Float> mask2 = FLOATS.indexInRange(PanelKernel.column(strip2), w.columns());
        int c3 = codes(strip3, blocks);
        int s3 = scales(strip3, blocks);
        VectorMask<Float> mask3 = FLOATS.indexInRange(PanelKernel.column(strip3), w.columns());
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip0), mask0);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip1), mask1);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip2), mask2);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, y, yAt + PanelKernel.column(strip3), mask3);
        for (int block = 0, k = xAt; block < blocks; block++) {
            FloatVector part0 = FloatVector.zero(FLOATS);
            FloatVector part1 = FloatVector.zero(FLOATS);
            FloatVector part2 = FloatVector.zero(FLOATS);
            FloatVector part3 = FloatVector.zero(FLOATS);
            for (int j = 0; j < SIZE; j++, k++) {
                FloatVector each = FloatVector.broadcast(FLOATS, x[k]);
                part0 = ((FloatVector) ByteVector.fromArray(BYTES, codes, c0 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0)).fma(each, part0);
                part1 = ((FloatVector) ByteVector.fromArray(BYTES, codes, c1 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0)).fma(each, part1);
                part2 = ((FloatVector) ByteVector.fromArray(BYTES, codes, c2 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0)).fma(each, part2);
                part3 = ((FloatVector) ByteVector.fromArray(BYTES, codes, c3 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0)).fma(each, part3);
            }
            sum0 = FloatVector.fromArray(FLOATS, scales, s0).fma(part0, sum0);
            sum1 = FloatVector.fromArray(FLOATS, scales, s1).fma(part1, sum1);
            sum2 = FloatVector.fromArray(FLOATS, scales, s2).fma(part2, sum2);
            sum3 = FloatVector.fromArray(FLOATS, scales, s3).fma(part3, sum3);
            c0 += BLOCK;
            s0 += WIDTH;
            c1 += BLOCK;
            s1 += WIDTH;
            c2 += BLOCK;
            s2 += WIDTH;
            c3 += BLOCK;
            s3 += WIDTH;
        }
        sum0.intoArray(y, yAt + PanelKernel.column(strip0), mask0);
        sum1.intoArray(y, yAt + PanelKernel.column(strip1), mask1);
        sum2.intoArray(y, yAt + PanelKernel.column(strip2), mask2);
        sum3.intoArray(y, yAt + PanelKernel.column(strip3), mask3);
    }

    @Override
    public void fourRows(float[] x, int xAt, int xStride, WeightPanels w, int strip0, int strip1, float[] y, int yAt, int yStride) {
        byte[] codes = w.codes();
        float[] scales = w.scales();
        int blocks = w.depth() / SIZE;
        int c0 = codes(strip0, blocks);
        int s0 = scales(strip0, blocks);
        VectorMask<Float> mask0 = FLOATS.indexInRange(PanelKernel.column(strip0), w.columns());
        int c1 = codes(strip1, blocks);
        int s1 = scales(strip1, blocks);
        VectorMask<Float> mask1 = FLOATS.indexInRange(PanelKernel.column(strip1), w.columns());
        int k1 = xAt + xStride;
        int k2 = k1 + xStride;
        int k3 = k2 + xStride;
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
        for (int block = 0, k = xAt; block < blocks; block++) {
            FloatVector part00 = FloatVector.zero(FLOATS);
            FloatVector part01 = FloatVector.zero(FLOATS);
            FloatVector part10 = FloatVector.zero(FLOATS);
            FloatVector part11 = FloatVector.zero(FLOATS);
            FloatVector part20 = FloatVector.zero(FLOATS);
            FloatVector part21 = FloatVector.zero(FLOATS);
            FloatVector part30 = FloatVector.zero(FLOATS);
            FloatVector part31 = FloatVector.zero(FLOATS);
            for (int j = 0; j < SIZE; j++, k++, k1++, k2++, k3++) {
                FloatVector w0 = ((FloatVector) ByteVector.fromArray(BYTES, codes, c0 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0));
                FloatVector w1 = ((FloatVector) ByteVector.fromArray(BYTES, codes, c1 + j * WIDTH).convertShape(VectorOperators.B2F, FLOATS, 0));
                FloatVector x0 = FloatVector.broadcast(FLOATS, x[k]);
                part00 = w0.fma(x0, part00);
                part01 = w1.fma(x0, part01);
                FloatVector x1 = FloatVector.broadcast(FLOATS, x[k1]);
                part10 = w0.fma(x1, part10);
                part11 = w1.fma(x1, part11);
                FloatVector x2 = FloatVector.broadcast(FLOATS, x[k2]);
                part20 = w0.fma(x2, part20);
                part21 = w1.fma(x2, part21);
                FloatVector x3 = FloatVector.broadcast(FLOATS, x[k3]);
                part30 = w0.fma(x3, part30);
                part31 = w1.fma(x3, part31);
            }
            FloatVector scale0 = FloatVector.fromArray(FLOATS, scales, s0);
            FloatVector scale1 = FloatVector.fromArray(FLOATS, scales, s1);
            sum00 = scale0.fma(part00, sum00);
            sum01 = scale1.fma(part01, sum01);
            sum10 = scale0.fma(part10, sum10);
            sum11 = scale1.fma(part11, sum11);
            sum20 = scale0.fma(part20, sum20);
            sum21 = scale1.fma(part21, sum21);
            sum30 = scale0.fma(part30, sum30);
            sum31 = scale1.fma(part31, sum31);
            c0 += BLOCK;
            s0 += WIDTH;
            c1 += BLOCK;
            s1 += WIDTH;
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

    private static int codes(int strip, int blocks) {
        return strip / STRIPS * blocks * BLOCK + PanelKernel.lane(strip);
    }

    private static int scales(int strip, int blocks) {
        return strip / STRIPS * blocks * WIDTH + PanelKernel.lane(strip);
    }
}
