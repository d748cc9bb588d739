package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Multiplies two variables, element by element: a gate.
 *
 * <pre>
 *   y = a * b          dLoss/da += dLoss/dy * b          dLoss/db += dLoss/dy * a
 * </pre>
 *
 * <p>a, b: shapes that broadcast, any strides, F32 or F64; y: the shape they broadcast to. A gradient is summed back over the axes along
 * which its operand was repeated. Contiguous F32 of one shape goes through slot {@code elementwise}.
 */
public final class Multiplication {

    private static final Pairwise REFERENCE = new Pairwise("multiply", (a, b) -> a * b, (a, b, y) -> b, (a, b, y) -> a);

    private final Need<ElementwiseKernel> elementwise;

    public Multiplication(Needs needs) {
        this.elementwise = needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM);
    }

    /** @throws ShapeException when the shapes do not broadcast */
    public Variable forward(Variable a, Variable b, Pass pass) {
        Tensor y = pass.blank(Broadcast.shape("multiply", a, b));
        if (!Broadcast.fitsKernel(a.value(), b.value(), y)) {
            pass.giveBack(y);
            return REFERENCE.apply(a, b, pass);
        }
        pass.step().get(elementwise).multiply(a.value(), b.value(), y);
        return pass.tape().record("multiply", y, (gradY, gradients) -> {
            addProduct(gradients, a, gradY, b.value(), pass);
            addProduct(gradients, b, gradY, a.value(), pass);
        }, a, b);
    }

    private void addProduct(Gradients gradients, Variable x, Tensor gradY, Tensor factor, Pass pass) {
        if (!gradients.wanted(x)) {
            return;
        }
        ElementwiseKernel kernel = pass.step().get(elementwise);
        Gradients.Target target = gradients.target(x);
        if (target.accumulate()) {
            Tensor product = pass.blank(gradY.shape());
            kernel.multiply(gradY, factor, product);
            kernel.addScaled(product, 1, target.tensor());
            pass.giveBack(product);
        } else {
            kernel.multiply(gradY, factor, target.tensor());
        }
    }
}
