package org.llmsys.bindings.internal;

import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Tensor;

/** Softmax or its logarithm along rows, by the engine. */
final class NativeSoftmax implements Softmax {

    private static final String ONE_SHAPE = "scores and their distribution have one shape";

    private final NativeKernel kernel;

    NativeSoftmax(NativeKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        kernel.requireSameShape(x, y, ONE_SHAPE);
        RowCount count = RowCount.of(kernel.what(), x.shape());
        Operand in = Operand.read(kernel.what(), x);
        Operand out = Operand.written(kernel.what(), y);
        forward(kernel.algorithmAt(), kernel.nameAt(), in.array(), in.at(), out.array(), out.at(), count.rows(), count.columns());
    }

    @Override
    public void backward(Tensor y, Tensor gradY, Tensor gradX) {
        kernel.requireSameShape(y, gradY, ONE_SHAPE);
        kernel.requireSameShape(y, gradX, ONE_SHAPE);
        RowCount count = RowCount.of(kernel.what(), y.shape());
        Operand out = Operand.read(kernel.what(), y);
        Operand arriving = Operand.read(kernel.what(), gradY);
        Operand into = Operand.written(kernel.what(), gradX);
        backward(kernel.algorithmAt(), kernel.nameAt(), out.array(), out.at(), arriving.array(), arriving.at(), into.array(), into.at(),
                count.rows(), count.columns());
    }

    private static native void forward(long algorithm, long name, float[] x, long xAt, float[] y, long yAt, long rows, long columns);

    private static native void backward(long algorithm, long name, float[] y, long yAt, float[] gradY, long gradYAt, float[] gradX, long gradXAt,
            long rows, long columns);
}
