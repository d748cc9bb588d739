package org.llmsys.layers.internal;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** How a tensor (..., V) is cut into N rows of V numbers, one after the other. */
record Rows(int count, int width) {

    /** @throws ShapeException when there is no last axis, or another tensor has another shape */
    static Rows of(String operation, Tensor x, Tensor... others) {
        Shape shape = x.shape();
        if (shape.rank() == 0) {
            throw new ShapeException(operation, shape, "a scalar has no axis to go along");
        }
        for (Tensor other : others) {
            if (!other.shape().equals(shape)) {
                throw new ShapeException(operation, shape, other.shape(), "the shapes differ");
            }
        }
        int width = shape.intExtent(-1);
        return new Rows(width == 0 ? 0 : Math.toIntExact(shape.size() / width), width);
    }
}
