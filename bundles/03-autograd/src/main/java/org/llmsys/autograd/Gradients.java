package org.llmsys.autograd;

import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/** The gradients of one backward pass: dLoss/dv for every differentiable variable that the loss depends on. */
@ProviderType
public interface Gradients {

    /** Whether a gradient with respect to this variable is wanted: rules skip the others. */
    boolean wanted(Variable variable);

    /** The contiguous tensor, zero at first, that rules add the gradient of this variable to. Only for a wanted variable. */
    Tensor into(Variable variable);

    /** The gradient after the backward pass, or null when the loss does not depend on the variable. */
    Tensor of(Variable variable);
}
