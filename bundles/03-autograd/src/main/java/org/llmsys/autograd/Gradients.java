package org.llmsys.autograd;

import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The gradients of one backward pass: dLoss/dv for every differentiable variable that the loss depends on. A rule hands its share over
 * in the way that suits it:
 *
 * <pre>
 *   {@link #into}     adds to what is there, which is zero at first: always right
 *   {@link #target}   overwrites when it is the first: saves zeroing and reading
 *   {@link #add}      hands a finished tensor over, which may then be used as it is: saves copying
 * </pre>
 */
@ProviderType
public interface Gradients {

    /** Whether a gradient with respect to this variable is wanted: rules skip the others. */
    boolean wanted(Variable variable);

    /** The contiguous tensor, zero at first, that rules add the gradient of this variable to. Only for a wanted variable. */
    Tensor into(Variable variable);

    /**
     * The contiguous tensor that a rule which can overwrite writes to. Only for a wanted variable. Asked for again (the rule of a * a), it
     * is there to be added to, so the first share must be complete by then.
     */
    Target target(Variable variable);

    /**
     * Adds a whole gradient. Only for a wanted variable.
     *
     * @param gradient of the variable's shape, contiguous, from the pass's memory or the output gradient itself; nobody writes to it
     *                 afterwards
     * @param kernel   adds, when there is something to add to
     */
    void add(Variable variable, Tensor gradient, ElementwiseKernel kernel);

    /**
     * The gradient after the backward pass, or null when the loss does not depend on the variable. For variables that were given to the
     * pass (weights, inputs); a tape may have used the memory of others again.
     */
    Tensor of(Variable variable);

    /**
     * @param tensor     of the variable's shape, contiguous
     * @param accumulate true: add to it; false: it holds nothing yet, overwrite all of it
     */
    record Target(Tensor tensor, boolean accumulate) {
    }
}
