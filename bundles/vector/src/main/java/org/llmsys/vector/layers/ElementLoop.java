package org.llmsys.vector.layers;

import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;

/** What activations share around their inner loops: the check of shapes, and the cut into chunks. */
final class ElementLoop {

    private ElementLoop() {
    }

    static void forward(String operation, WorkerPool pool, Tensor x, Tensor y, Forward body) {
        requireSameShape(operation, x, y);
        Chunks.run(pool, Math.toIntExact(x.size()), Chunks.ELEMENTS,
                (from, to) -> body.run(x.floats(), x.floatOffset(), y.floats(), y.floatOffset(), from, to));
    }

    static void backward(String operation, WorkerPool pool, Tensor x, Tensor gradY, Tensor gradX, Backward body) {
        requireSameShape(operation, x, gradY);
        requireSameShape(operation, x, gradX);
        Chunks.run(pool, Math.toIntExact(x.size()), Chunks.ELEMENTS, (from, to) -> body.run(x.floats(), x.floatOffset(),
                gradY.floats(), gradY.floatOffset(), gradX.floats(), gradX.floatOffset(), from, to));
    }

    private static void requireSameShape(String operation, Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(operation, x.shape(), other.shape(), "an activation works on tensors of one shape");
        }
    }

    /** Elements {@code from} to {@code end} of y = f(x), each array with the place of its element 0. */
    interface Forward {
        void run(float[] x, int xAt, float[] y, int yAt, int from, int end);
    }

    /** Elements {@code from} to {@code end} of gradX += gradY * f'(x). */
    interface Backward {
        void run(float[] x, int xAt, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end);
    }
}
