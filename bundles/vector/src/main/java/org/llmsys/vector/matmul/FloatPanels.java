package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;

import org.llmsys.matmul.WeightPanels;

/**
 * Weights of F32 in panels, and weights of any type once they are widened.
 *
 * <p>One row meets four strips at a time, whose sums do not wait for each other.
 */
final class FloatPanels implements PanelKernel {

    private static final int WIDTH = WeightPanels.WIDTH;

    @Override
    public void addRow(float[] x, int xAt, WeightPanels w, int strip0, int strip1, float[] y, int y0, int y1) {
        addRow(x, xAt, w.depth(), w.values(), PanelKernel.line(strip0, 0, w.depth()), PanelKernel.line(strip1, 0, w.depth()), WIDTH, y, y0, y1);
    }

    /** One row and two strips, whose lines begin at b0 and b1 and are {@code stride} apart. */
    static void addRow(float[] x, int xAt, int depth, float[] b, int b0, int b1, int stride, float[] y, int y0, int y1) {
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, y0);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, y1);
        for (int k = 0; k < depth; k++) {
            FloatVector each = FloatVector.broadcast(FLOATS, x[xAt + k]);
            sum0 = FloatVector.fromArray(FLOATS, b, b0 + k * stride).fma(each, sum0);
            sum1 = FloatVector.fromArray(FLOATS, b, b1 + k * stride).fma(each, sum1);
        }
        sum0.intoArray(y, y0);
        sum1.intoArray(y, y1);
    }

    /** One row and four strips that stand side by side, two panels. */
    void addRow(float[] x, int xAt, WeightPanels w, int strip, float[] y, int yAt) {
        float[] b = w.values();
        int b0 = PanelKernel.line(strip, 0, w.depth());
        int b1 = PanelKernel.line(strip + 1, 0, w.depth());
        int b2 = PanelKernel.line(strip + 2, 0, w.depth());
        int b3 = PanelKernel.line(strip + 3, 0, w.depth());
        FloatVector sum0 = FloatVector.fromArray(FLOATS, y, yAt);
        FloatVector sum1 = FloatVector.fromArray(FLOATS, y, yAt + LANES);
        FloatVector sum2 = FloatVector.fromArray(FLOATS, y, yAt + 2 * LANES);
        FloatVector sum3 = FloatVector.fromArray(FLOATS, y, yAt + 3 * LANES);
        for (int k = 0; k < w.depth(); k++) {
            FloatVector each = FloatVector.broadcast(FLOATS, x[xAt + k]);
            sum0 = FloatVector.fromArray(FLOATS, b, b0 + k * WIDTH).fma(each, sum0);
            sum1 = FloatVector.fromArray(FLOATS, b, b1 + k * WIDTH).fma(each, sum1);
            sum2 = FloatVector.fromArray(FLOATS, b, b2 + k * WIDTH).fma(each, sum2);
            sum3 = FloatVector.fromArray(FLOATS, b, b3 + k * WIDTH).fma(each, sum3);
        }
        sum0.intoArray(y, yAt);
        sum1.intoArray(y, yAt + LANES);
        sum2.intoArray(y, yAt + 2 * LANES);
        sum3.intoArray(y, yAt + 3 * LANES);
    }

    @Override
    public void widen(WeightPanels w, int strip, int k, int depth, float[] to, int at, int stride) {
        int from = PanelKernel.line(strip, k, w.depth());
        for (int j = 0; j < depth; j++) {
            FloatVector.fromArray(FLOATS, w.values(), from + j * WIDTH).intoArray(to, at + j * stride);
        }
    }
}
