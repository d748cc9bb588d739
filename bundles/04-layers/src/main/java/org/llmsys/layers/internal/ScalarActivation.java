package org.llmsys.layers.internal;

import org.llmsys.layers.Activation;
import org.llmsys.tensor.Elements;
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
        Elements from = x.elements();
        Elements to = y.elements();
        for (int i = 0; i < from.size(); i++) {
            to.set(i, value(from.get(i)));
        }
    }

    @Override
    public final void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        requireSameShape(x, y);
        requireSameShape(x, gradY);
        requireSameShape(x, gradX);
        Elements xs = x.elements();
        Elements ys = y.elements();
        Elements from = gradY.elements();
        Elements to = gradX.elements();
        for (int i = 0; i < xs.size(); i++) {
            to.add(i, from.get(i) * slope(xs.get(i), ys.get(i)));
        }
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(getClass().getSimpleName(), x.shape(), other.shape(), "an activation works on tensors of one shape");
        }
    }
}
