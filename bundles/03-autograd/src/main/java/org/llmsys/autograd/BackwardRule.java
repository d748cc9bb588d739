package org.llmsys.autograd;

import org.llmsys.tensor.Tensor;

/** One operation's share of the chain rule: from the gradient of its output to the gradients of its inputs. */
@FunctionalInterface
public interface BackwardRule {

    /**
     * Adds to the gradients of the operation's inputs.
     *
     * @param outputGradient dLoss/dOutput, in the output's shape; read only
     * @param gradients      where to add: {@link Gradients#into}
     */
    void apply(Tensor outputGradient, Gradients gradients);
}
