package org.llmsys.layers.internal;

import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/** The walk over rows that both softmaxes of this room share. Each says what becomes of a score, and how slopes flow back through a row. */
abstract class ScalarSoftmax implements Softmax {

    /** What becomes of a score in a row of this sum. */
    abstract double value(ShiftedSum row, double x);

    /** Elements {@code from} to {@code end}, one row, of the way back, added to gradX. */
    abstract void addSlopes(Elements y, Elements gradY, Elements gradX, int from, int end);

    @Override
    public final void forward(Tensor x, Tensor y) {
        Rows rows = Rows.of(getClass().getSimpleName(), x, y);
        Elements in = x.elements();
        Elements out = y.elements();
        for (int n = 0; n < rows.count(); n++) {
            int from = n * rows.width();
            ShiftedSum sum = ShiftedSum.of(in, from, rows.width());
            for (int v = from; v < from + rows.width(); v++) {
                out.set(v, value(sum, in.get(v)));
            }
        }
    }

    @Override
    public final void backward(Tensor y, Tensor gradY, Tensor gradX) {
        Rows rows = Rows.of(getClass().getSimpleName() + " backward", y, gradY, gradX);
        for (int n = 0; n < rows.count(); n++) {
            addSlopes(y.elements(), gradY.elements(), gradX.elements(), n * rows.width(), (n + 1) * rows.width());
        }
    }
}
