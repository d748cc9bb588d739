package org.llmsys.bindings.internal;

import org.llmsys.layers.Activation;
import org.llmsys.tensor.Tensor;

/** A function of each element, by the engine: y[i] = f(x[i]), gradX[i] (+)= gradY[i] f'(x[i]). */
final class NativeActivation implements Activation {

    private static final String ONE_SHAPE = "an activation works on tensors of one shape";

    private final NativeKernel kernel;

    NativeActivation(NativeKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        kernel.requireSameShape(x, y, ONE_SHAPE);
        Operand in = Operand.read(kernel.what(), x);
        Operand out = Operand.written(kernel.what(), y);
        forward(kernel.algorithmAt(), kernel.nameAt(), in.array(), in.at(), out.array(), out.at(), x.size());
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        backward(x, y, gradY, gradX, true);
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX, boolean accumulate) {
        kernel.requireSameShape(x, y, ONE_SHAPE);
        kernel.requireSameShape(x, gradY, ONE_SHAPE);
        kernel.requireSameShape(x, gradX, ONE_SHAPE);
        Operand in = Operand.read(kernel.what(), x);
        Operand out = Operand.read(kernel.what(), y);
        Operand arriving = Operand.read(kernel.what(), gradY);
        Operand into = Operand.written(kernel.what(), gradX);
        backward(kernel.algorithmAt(), kernel.nameAt(), in.array(), in.at(), out.array(), out.at(), arriving.array(), arriving.at(),
                into.array(), into.at(), x.size(), accumulate);
    }

    private static native void forward(long algorithm, long name, float[] x, long xAt, float[] y, long yAt, long size);

    private static native void backward(long algorithm, long name, float[] x, long xAt, float[] y, long yAt, float[] gradY, long gradYAt,
            float[] gradX, long gradXAt, long size, boolean accumulate);
}
