package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Multiplies two variables of one shape, element by element: a gate.
 *
 * <pre>
 *   y = a * b          dLoss/da += dLoss/dy * b          dLoss/db += dLoss/dy * a
 * </pre>
 *
 * <p>a, b, y: any shape, the same for all, contiguous F32 on the heap.
 */
public final class Multiplication {

    private final Need<ElementwiseKernel> elementwise;

    public Multiplication(Needs needs) {
        this.elementwise = needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM);
    }

    /** @throws ShapeException when the shapes differ */
    public Variable forward(Variable a, Variable b, Pass pass) {
        if (!a.shape().equals(b.shape())) {
            throw new ShapeException("multiply " + a.name() + " and " + b.name(), a.shape(), b.shape(), "the shapes differ");
        }
        Tensor y = pass.zeros(a.shape());
        pass.step().get(elementwise).multiply(a.value(), b.value(), y);
        return pass.tape().record("multiply", y, (gradY, gradients) -> {
            ElementwiseKernel kernel = pass.step().get(elementwise);
            if (gradients.wanted(a)) {
                addProduct(kernel, gradY, b.value(), gradients.into(a), pass);
            }
            if (gradients.wanted(b)) {
                addProduct(kernel, gradY, a.value(), gradients.into(b), pass);
            }
        }, a, b);
    }

    private static void addProduct(ElementwiseKernel kernel, Tensor gradY, Tensor factor, Tensor gradient, Pass pass) {
        Tensor product = pass.zeros(gradY.shape());
        kernel.multiply(gradY, factor, product);
        kernel.addScaled(product, 1, gradient);
    }
}
