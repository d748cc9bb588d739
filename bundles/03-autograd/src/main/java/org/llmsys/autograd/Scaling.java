package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/**
 * Multiplies a variable by a constant: an average, a temperature, a sign.
 *
 * <pre>
 *   y = factor * x          dLoss/dx += factor * dLoss/dy
 * </pre>
 *
 * <p>x, y: any shape, any strides, F32 or F64. Contiguous F32 goes through slot {@code elementwise}, with the factor rounded to F32.
 */
public final class Scaling {

    private final Need<ElementwiseKernel> elementwise;

    public Scaling(Needs needs) {
        this.elementwise = needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM);
    }

    public Variable forward(Variable x, double factor, Pass pass) {
        Tensor y = pass.blank(x.shape());
        Tensor in = Broadcast.contiguous(x.value(), pass);
        if (Broadcast.fitsKernel(in, in, y)) {
            pass.step().get(elementwise).scale(in, (float) factor, y);
        } else {
            Elements from = in.elements();
            Elements to = y.elements();
            for (int i = 0; i < to.size(); i++) {
                to.set(i, factor * from.get(i));
            }
        }
        return pass.tape().record("scale", y, (gradY, gradients) -> addScaled(gradients, x, gradY, factor, pass), x);
    }

    private void addScaled(Gradients gradients, Variable x, Tensor gradY, double factor, Pass pass) {
        if (gradY.storage().floats() == null) {
            Elements g = gradY.elements();
            Shares.add(gradients, x, x.shape(), i -> factor * g.get(i), pass);
        } else if (gradients.wanted(x)) {
            ElementwiseKernel kernel = pass.step().get(elementwise);
            Gradients.Target target = gradients.target(x);
            if (target.accumulate()) {
                kernel.addScaled(gradY, (float) factor, target.tensor());
            } else {
                kernel.scale(gradY, (float) factor, target.tensor());
            }
        }
    }
}
