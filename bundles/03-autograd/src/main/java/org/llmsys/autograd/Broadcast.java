package org.llmsys.autograd;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Brings operands to one shape, with their elements one after the other, so that an operation is a plain loop.
 *
 * <pre>
 *   a (3,1), b (2,1,5):   y (2,3,5)      y[i,j,k] = f(a[j,0], b[i,0,k])
 * </pre>
 *
 * <p>On the way back {@link Shares} adds up what the repetitions of one element receive.
 */
final class Broadcast {

    private Broadcast() {
    }

    /** @throws ShapeException with the operation, both names and both shapes when they do not broadcast */
    static Shape shape(String operation, Variable a, Variable b) {
        return a.shape().equals(b.shape()) ? a.shape()
                : a.shape().broadcast(operation + " " + a.name() + " and " + b.name(), b.shape());
    }

    /** This tensor when it has the shape and is contiguous, else a copy in the pass's memory: repeated, and brought together in memory. */
    static Tensor repeated(Tensor x, Shape shape, Pass pass) {
        if (x.isContiguous() && x.shape().equals(shape)) {
            return x;
        }
        Tensor copy = pass.blank(shape);
        copy.copyFrom(x.expand(shape));
        return copy;
    }

    /** As {@link #repeated}, of its own shape. */
    static Tensor contiguous(Tensor x, Pass pass) {
        return repeated(x, x.shape(), pass);
    }

    /** Whether the kernels of slot {@code elementwise} take these three: contiguous F32 on the heap, of one shape. */
    static boolean fitsKernel(Tensor a, Tensor b, Tensor y) {
        return a.shape().equals(b.shape()) && inArray(a) && inArray(b) && inArray(y);
    }

    private static boolean inArray(Tensor t) {
        return t.storage().floats() != null && t.isContiguous();
    }
}
