package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Adds two variables: the residual connection of a transformer block, or a bias on every row.
 *
 * <pre>
 *   y = a + b          dLoss/da += dLoss/dy          dLoss/db += dLoss/dy
 * </pre>
 *
 * <p>a, b: shapes that broadcast, any strides, F32 or F64; y: the shape they broadcast to. A gradient is summed back over the axes along
 * which its operand was repeated: a bias (C) added to x (B,T,C) gets the sum over B and T. Contiguous F32 of one shape goes
 * through slot {@code elementwise}. {@code a} and {@code b} may be one variable: its gradient is then added twice, as it should be.
 */
public final class Addition {

    private static final Pairwise REFERENCE = new Pairwise("add", Double::sum, (a, b, y) -> 1, (a, b, y) -> 1);

    private final Need<ElementwiseKernel> elementwise;

    public Addition(Needs needs) {
        this.elementwise = needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM);
    }

    /** @throws ShapeException when the shapes do not broadcast */
    public Variable forward(Variable a, Variable b, Pass pass) {
        Tensor y = pass.blank(Broadcast.shape("add", a, b));
        if (!Broadcast.fitsKernel(a.value(), b.value(), y)) {
            pass.giveBack(y);
            return REFERENCE.apply(a, b, pass);
        }
        pass.step().get(elementwise).add(a.value(), b.value(), y);
        return pass.tape().record("add", y, (gradY, gradients) -> {
            ElementwiseKernel kernel = pass.step().get(elementwise);
            if (gradients.wanted(a)) {
                gradients.add(a, gradY, kernel);
            }
            if (gradients.wanted(b)) {
                gradients.add(b, gradY, kernel);
            }
        }, a, b);
    }
}
