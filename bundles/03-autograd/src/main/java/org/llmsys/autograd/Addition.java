package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Adds two variables of one shape: the residual connection of a transformer block.
 *
 * <pre>
 *   y = a + b          dLoss/da += dLoss/dy          dLoss/db += dLoss/dy
 * </pre>
 *
 * <p>a, b, y: any shape, the same for all, contiguous F32 on the heap. {@code a} and {@code b} may be one variable: its gradient is
 * then added twice, as it should be.
 */
public final class Addition {

    private final Need<ElementwiseKernel> elementwise;

    public Addition(Needs needs) {
        this.elementwise = needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM);
    }

    /** @throws ShapeException when the shapes differ */
    public Variable forward(Variable a, Variable b, Pass pass) {
        if (!a.shape().equals(b.shape())) {
            throw new ShapeException("add " + a.name() + " and " + b.name(), a.shape(), b.shape(), "the shapes differ");
        }
        Tensor y = pass.blank(a.shape());
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
