package org.llmsys.layers.internal;

import org.llmsys.layers.Activation;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** The two loops that all activations of this room share. Each is a function and its slope, computed in double and rounded once. */
abstract class ScalarActivation implements Activation {

    /** f(x). */
    abstract double value(double x);

    /** f'(x), where y = f(x) is at hand too. */
    abstract double slope(double x, double y);

    @Override
    public final void forward(Tensor x, Tensor y) {
        requireSameShape(x, y);
        float[] from = x.floats();
        float[] to = y.floats();
        int f = x.floatOffset();
        int t = y.floatOffset();
        int size = Math.toIntExact(x.size());
        for (int i = 0; i < size; i++) {
            to[t + i] = (float) value(from[f + i]);
        }
    }

    @Override
    public final void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        requireSameShape(x, y);
        requireSameShape(x, gradY);
        requireSameShape(x, gradX);
        float[] xs = x.floats();
        float[] ys = y.floats();
        float[] from = gradY.floats();
        float[] to = gradX.floats();
        int size = Math.toIntExact(x.size());
        for (int i = 0; i < size; i++) {
            double slope = slope(xs[x.floatOffset() + i], ys[y.floatOffset() + i]);
            to[gradX.floatOffset() + i] += (float) (from[gradY.floatOffset() + i] * slope);
        }
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(getClass().getSimpleName(), x.shape(), other.shape(), "an activation works on tensors of one shape");
        }
    }
}
