package org.llmsys.autograd.internal;

import java.util.IdentityHashMap;
import java.util.Map;

import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/**
 * Gradients that share memory for as long as nobody writes to it.
 *
 * <pre>
 *   y = a + b:   dLoss/da and dLoss/db are dLoss/dy itself; the first of them that more is added to gets a copy, if the other still waits
 * </pre>
 *
 * <p>Every piece of memory counts its holders: the variables whose gradient lies in it and has not been used yet.
 */
final class SharedGradients implements GradientStore {

    private final PassMemory memory;
    private final Map<Variable, Held> held = new IdentityHashMap<>();
    private final Map<Storage, Holders> holders = new IdentityHashMap<>();

    /** How many variables' gradients lie in one storage. */
    private static final class Holders {
        private int count;
    }

    /** A variable's gradient and who else holds its memory. */
    private record Held(Tensor tensor, Holders holders) {
    }

    SharedGradients(PassMemory memory) {
        this.memory = memory;
    }

    @Override
    public boolean wanted(Variable variable) {
        return variable.differentiable();
    }

    @Override
    public Tensor into(Variable variable) {
        CollectedGradients.requireWanted(variable);
        Held found = held.get(variable);
        if (found == null) {
            return hold(variable, memory.zeros(variable.shape())).tensor();
        }
        return found.holders().count == 1 ? found.tensor() : ofItsOwn(variable, found);
    }

    @Override
    public Target target(Variable variable) {
        CollectedGradients.requireWanted(variable);
        return held.containsKey(variable) ? new Target(into(variable), true)
                : new Target(hold(variable, memory.blank(variable.shape())).tensor(), false);
    }

    @Override
    public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
        CollectedGradients.requireWanted(variable);
        if (held.containsKey(variable)) {
            CollectedGradients.addTo(into(variable), gradient, kernel);
        } else {
            hold(variable, gradient);
        }
    }

    @Override
    public Tensor of(Variable variable) {
        Held found = held.get(variable);
        return found == null ? null : found.tensor();
    }

    @Override
    public void consumed(Variable output) {
        Held done = held.remove(output);
        if (--done.holders().count == 0) {
            holders.remove(done.tensor().storage());
            memory.giveBack(done.tensor());
        }
    }

    /** What the caller gets may be written to, so nothing is shared any more. */
    @Override
    public void finish() {
        for (Variable variable : held.keySet().toArray(Variable[]::new)) {
            Held found = held.get(variable);
            if (found.holders().count > 1) {
                ofItsOwn(variable, found);
            }
        }
    }

    private Held hold(Variable variable, Tensor tensor) {
        Holders of = holders.computeIfAbsent(tensor.storage(), storage -> new Holders());
        of.count++;
        Held now = new Held(tensor, of);
        held.put(variable, now);
        return now;
    }

    private Tensor ofItsOwn(Variable variable, Held shared) {
        shared.holders().count--;
        Tensor copy = memory.blank(variable.shape());
        copy.copyFrom(shared.tensor());
        return hold(variable, copy).tensor();
    }
}
