package org.llmsys.bindings.internal;

import org.llmsys.layers.Softmax;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Softmax or its logarithm along rows, by the engine. */
final class NativeSoftmax implements Softmax {

    private final String what;
    private final CText algorithm;
    private final CText name;

    NativeSoftmax(String what, CText algorithm, CText name) {
        this.what = what;
        this.algorithm = algorithm;
        this.name = name;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        requireSameShape(x, y);
        RowCount count = RowCount.of(what, x.shape());
        Operand in = Operand.read(what, x);
        Operand out = Operand.written(what, y);
        forward(algorithm.address(), name.address(), in.array(), in.at(), out.array(), out.at(), count.rows(), count.columns());
    }

    @Override
    public void backward(Tensor y, Tensor gradY, Tensor gradX) {
        requireSameShape(y, gradY);
        requireSameShape(y, gradX);
        RowCount count = RowCount.of(what, y.shape());
        Operand out = Operand.read(what, y);
        Operand arriving = Operand.read(what, gradY);
        Operand into = Operand.written(what, gradX);
        backward(algorithm.address(), name.address(), out.array(), out.at(), arriving.array(), arriving.at(), into.array(), into.at(),
                count.rows(), count.columns());
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(what, x.shape(), other.shape(), "scores and their distribution have one shape");
        }
    }

    private static native void forward(long algorithm, long name, float[] x, long xAt, float[] y, long yAt, long rows, long columns);

    private static native void backward(long algorithm, long name, float[] y, long yAt, float[] gradY, long gradYAt, float[] gradX, long gradXAt,
            long rows, long columns);
}
