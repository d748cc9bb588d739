package org.llmsys.autograd.internal;

import java.util.IdentityHashMap;
import java.util.Map;

import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Elements;
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
        addTo(into(variable), gradient, kernel);
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

    /** Through the kernel in F32; by a plain loop in F64, which kernels do not know. */
    static void addTo(Tensor sum, Tensor gradient, ElementwiseKernel kernel) {
        if (sum.dtype() == DType.F32) {
            kernel.addScaled(gradient, 1, sum);
        } else {
            Elements total = sum.elements();
            Elements share = gradient.elements();
            for (int i = 0; i < total.size(); i++) {
                total.add(i, share.get(i));
            }
        }
    }

    static void requireWanted(Variable variable) {
        if (!variable.differentiable()) {
            throw new IllegalArgumentException(variable + " is a constant; a rule asks wanted() first");
        }
    }
}
