package org.llmsys.autograd.internal;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** One tensor for each variable that a gradient has reached; made, zeroed, when a rule first asks for it. */
final class CollectedGradients implements Gradients {

    private final Function<Shape, Tensor> zeros;
    private final Map<Variable, Tensor> collected = new IdentityHashMap<>();

    CollectedGradients(Function<Shape, Tensor> zeros) {
        this.zeros = zeros;
    }

    @Override
    public boolean wanted(Variable variable) {
        return variable.differentiable();
    }

    @Override
    public Tensor into(Variable variable) {
        if (!variable.differentiable()) {
            throw new IllegalArgumentException(variable + " is a constant; a rule asks wanted() first");
        }
        return collected.computeIfAbsent(variable, v -> zeros.apply(v.shape()));
    }

    @Override
    public Tensor of(Variable variable) {
        return collected.get(variable);
    }
}
