package org.llmsys.transformer;

import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * Looks at what a structural part (a block, a feed-forward network, an encoding) made of its input.
 *
 * <p>In every step its shape, which costs nothing. In a watched step, the rerun after a fault, also whether it turned finite numbers
 * into something else; then the step ends with the blame on the part's provider. Kernels inside a part are watched by the step
 * itself and come first, so a part is blamed only for what it did on its own.
 *
 * <p>For providers in slot {@code block}, which watch their sublayers with it.
 *
 * @param type      the slot's interface
 * @param algorithm the algorithm the configuration names
 */
public record StructureCheck(Class<?> type, String algorithm) {

    /**
     * @param x        what the part was given
     * @param y        what it made of it
     * @param expected the shape y must have
     * @return y
     * @throws ShapeException in a normal step, for another shape
     */
    public Variable check(Variable x, Variable y, Shape expected, Pass pass) {
        boolean watched = pass.step().watched();
        if (!y.shape().equals(expected)) {
            if (watched) {
                throw pass.step().blame(type, algorithm, "it made " + y.shape() + " where " + expected + " was due");
            }
            throw new ShapeException(algorithm, y.shape(), expected, "the second is the shape that was due");
        }
        if (watched && x.allFinite() && !y.allFinite()) {
            throw pass.step().blame(type, algorithm, "it turned finite numbers into NaN or infinity");
        }
        return y;
    }
}
