package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/**
 * Applies an {@link Activation} to every element. Without one between them, two linear layers are no more than one.
 *
 * <pre>
 *   y = f(x)          dLoss/dx += dLoss/dy * f'(x)
 * </pre>
 *
 * <p>x, y: any shape, contiguous F32 on the heap.
 */
public final class ActivationLayer implements Layer {

    private final String algorithm;
    private final Need<Activation> activation;

    /** @param algorithm {@code relu}, {@code tanh}, {@code sigmoid}, {@code gelu}, {@code gelu-tanh}, {@code silu}, or a plug-in's */
    public ActivationLayer(String algorithm, Needs needs) {
        this.algorithm = algorithm;
        this.activation = needs.add(Activation.class, algorithm);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        Tensor y = pass.zeros(x.shape());
        pass.step().get(activation).forward(x.value(), y);
        return pass.tape().record(algorithm, y, (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                pass.step().get(activation).backward(x.value(), y, gradY, gradients.into(x));
            }
        }, x);
    }
}
