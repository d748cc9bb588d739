package org.llmsys.normalization.internal;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** How a tensor (..., C) is cut into N rows of C features. */
record Rows(int count, int width) {

    /** @throws ShapeException when the tensors of a forward call do not fit */
    static Rows forward(String operation, Tensor x, Tensor gamma, Tensor beta, Tensor y, Tensor saved) {
        Rows rows = of(operation, x, gamma, saved);
        requireEqual(operation, x, y);
        if (beta != null) {
            requireEqual(operation, gamma, beta);
        }
        return rows;
    }

    /** @throws ShapeException when the tensors of a backward call do not fit */
    static Rows backward(String operation, Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        Rows rows = of(operation, x, gamma, saved);
        requireEqual(operation, x, gradY);
        if (gradX != null) {
            requireEqual(operation, x, gradX);
        }
        if (gradGamma != null) {
            requireEqual(operation, gamma, gradGamma);
        }
        if (gradBeta != null) {
            requireEqual(operation, gamma, gradBeta);
        }
        return rows;
    }

    private static Rows of(String operation, Tensor x, Tensor gamma, Tensor saved) {
        if (x.shape().rank() == 0 || !gamma.shape().equals(Shape.of(x.shape().extent(-1)))) {
            throw new ShapeException(operation, x.shape(), gamma.shape(), "gamma has one element for each feature of the last axis");
        }
        int width = x.shape().intExtent(-1);
        int count = width == 0 ? 0 : Math.toIntExact(x.size() / width);
        if (saved != null && !saved.shape().equals(Shape.of(count, 2))) {
            throw new ShapeException(operation, x.shape(), saved.shape(), "what is saved has two numbers for each of " + count + " rows");
        }
        return new Rows(count, width);
    }

    private static void requireEqual(String operation, Tensor one, Tensor other) {
        if (!one.shape().equals(other.shape())) {
            throw new ShapeException(operation, one.shape(), other.shape(), "the shapes differ");
        }
    }
}
