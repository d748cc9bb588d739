package org.llmsys.autograd.internal;

import java.util.IdentityHashMap;
import java.util.Map;

import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;

/** One tensor for each variable that a gradient has reached; made, zeroed, when a rule first asks for it. Everything is added. */
final class CollectedGradients implements GradientStore {

    private final PassMemory memory;
    private final Map<Variable, Tensor> collected = new IdentityHashMap<>();

    CollectedGradients(PassMemory memory) {
        this.memory = memory;
    }

    @Override
    public boolean wanted(Variable variable) {
        return variable.differentiable();
    }

    @Override
    public Tensor into(Variable variable) {
        requireWanted(variable);
        return collected.computeIfAbsent(variable, v -> memory.zeros(v.shape()));
    }

    @Override
    public Target target(Variable variable) {
        return new Target(into(variable), true);
    }

    @Override
    public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
        kernel.addScaled(gradient, 1, into(variable));
    }

    @Override
    public Tensor of(Variable variable) {
        return collected.get(variable);
    }

    @Override
    public void consumed(Variable output) {
        // kept, so that the gradient of every variable can be looked at
    }

    @Override
    public void finish() {
        // each has memory of its own already
    }

    static void requireWanted(Variable variable) {
        if (!variable.differentiable()) {
            throw new IllegalArgumentException(variable + " is a constant; a rule asks wanted() first");
        }
    }
}
