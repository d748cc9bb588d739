package org.llmsys.bindings.internal;

import org.llmsys.layers.Activation;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** A function of each element, by the engine: y[i] = f(x[i]), gradX[i] (+)= gradY[i] f'(x[i]). */
final class NativeActivation implements Activation {

    private final String what;
    private final CText algorithm;
    private final CText name;

    NativeActivation(String what, CText algorithm, CText name) {
        this.what = what;
        this.algorithm = algorithm;
        this.name = name;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        requireSameShape(x, y);
        Operand in = Operand.read(what, x);
        Operand out = Operand.written(what, y);
        forward(algorithm.address(), name.address(), in.array(), in.at(), out.array(), out.at(), x.size());
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        backward(x, y, gradY, gradX, true);
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX, boolean accumulate) {
        requireSameShape(x, y);
        requireSameShape(x, gradY);
        requireSameShape(x, gradX);
        Operand in = Operand.read(what, x);
        Operand out = Operand.read(what, y);
        Operand arriving = Operand.read(what, gradY);
        Operand into = Operand.written(what, gradX);
        backward(algorithm.address(), name.address(), in.array(), in.at(), out.array(), out.at(), arriving.array(), arriving.at(),
                into.array(), into.at(), x.size(), accumulate);
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(what, x.shape(), other.shape(), "an activation works on tensors of one shape");
        }
    }

    private static native void forward(long algorithm, long name, float[] x, long xAt, float[] y, long yAt, long size);

    private static native void backward(long algorithm, long name, float[] x, long xAt, float[] y, long yAt, float[] gradY, long gradYAt,
            float[] gradX, long gradXAt, long size, boolean accumulate);
}
