package org.llmsys.layers;

import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.ShapeException;

/**
 * Lays all axes but the first out in one: the step from pictures to a linear layer.
 *
 * <pre>
 *   (N, C, H, W) to (N, C*H*W); nothing is computed
 * </pre>
 *
 * <pre>{@code
 * Layer head = new Sequential(List.of(new Flatten(), new Linear("fc", 16 * 7 * 7, 10, weights, needs)));
 * }</pre>
 */
public final class Flatten implements Layer {

    /** @throws ShapeException when x has no axis */
    @Override
    public Variable forward(Variable x, Pass pass) {
        if (x.shape().rank() == 0) {
            throw new ShapeException("flatten", x.shape(), "a scalar has no first axis to keep");
        }
        long width = 1;
        for (int axis = 1; axis < x.shape().rank(); axis++) {
            width *= x.shape().extent(axis);
        }
        return Views.reshape(x, pass, x.shape().extent(0), width);
    }
}
