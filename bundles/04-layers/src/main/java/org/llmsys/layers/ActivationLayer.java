package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
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
 * <p>x, y: any shape, contiguous.
 *
 * <pre>{@code
 * Variable y = new ActivationLayer("gelu", needs).forward(x, pass);
 * }</pre>
 */
public final class ActivationLayer implements Layer {

    private final String algorithm;
    private final Need<Activation> activation;

    /**
     * @param algorithm {@code relu}, {@code leaky-relu}, {@code elu}, {@code softplus}, {@code tanh}, {@code sigmoid}, {@code hard-sigmoid},
     *                  {@code gelu}, {@code gelu-tanh}, {@code quick-gelu}, {@code silu}, {@code hard-swish}, {@code mish}, or a plug-in's
     */
    public ActivationLayer(String algorithm, Needs needs) {
        this.algorithm = algorithm;
        this.activation = needs.add(Activation.class, algorithm);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        Tensor y = pass.blank(x.shape());
        pass.step().get(activation).forward(x.value(), y);
        return pass.tape().record(algorithm, y, (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                Gradients.Target gradX = gradients.target(x);
                pass.step().get(activation).backward(x.value(), y, gradY, gradX.tensor(), gradX.accumulate());
            }
        }, x);
    }
}
