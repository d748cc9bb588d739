package org.llmsys.testkit.internal;

import java.util.IdentityHashMap;
import java.util.Map;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;

/** Gradients of one backward pass. The first to ask for a target gets a blank one to overwrite, everyone after it adds. */
public class PlainGradients implements Gradients {

    private final PassMemory memory;
    private final Map<Variable, Tensor> collected = new IdentityHashMap<>();

    public PlainGradients(PassMemory memory) {
        this.memory = memory;
    }

    @Override
    public final boolean wanted(Variable variable) {
        return variable.differentiable();
    }

    @Override
    public final Tensor into(Variable variable) {
        requireWanted(variable);
        return collected.computeIfAbsent(variable, v -> memory.zeros(v.shape()));
    }

    @Override
    public final Target target(Variable variable) {
        requireWanted(variable);
        boolean there = collected.containsKey(variable);
        return new Target(collected.computeIfAbsent(variable, v -> memory.blank(v.shape())), there);
    }

    @Override
    public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
        Tensor sum = into(variable);
        for (long i = 0; i < sum.size(); i++) {
            double before = sum.storage().getDouble(sum.offset() + i);
            sum.storage().setDouble(sum.offset() + i, before + gradient.storage().getDouble(gradient.offset() + i));
        }
    }

    @Override
    public final Tensor of(Variable variable) {
        return collected.get(variable);
    }

    /** Takes a tensor as a variable's gradient, as it is. */
    protected final void keep(Variable variable, Tensor gradient) {
        collected.put(variable, gradient);
    }

    private void requireWanted(Variable variable) {
        if (!wanted(variable)) {
            throw new IllegalArgumentException("a constant: " + variable);
        }
    }
}
