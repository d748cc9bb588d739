package org.llmsys.inference.insight;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.llmsys.autograd.BackwardRule;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;

/**
 * A tape for which weights are constants: gradients flow through them, and none is computed with respect to them. So a look at the inputs of a
 * model takes no second copy of the model, and goes through weights of any type.
 */
record SaliencyTape(GradientTape tape, Set<Variable> weights) implements GradientTape {

    /** Tapes of this factory, for which these are constants. */
    static TapeFactory over(TapeFactory tapes, Collection<Variable> constants) {
        Set<Variable> weights = Collections.newSetFromMap(new IdentityHashMap<>());
        weights.addAll(constants);
        return memory -> new SaliencyTape(tapes.open(memory), weights);
    }

    @Override
    public boolean recording() {
        return tape.recording();
    }

    @Override
    public Variable record(String operation, Tensor value, BackwardRule rule, Variable... inputs) {
        Variable[] seen = Arrays.stream(inputs).map(input -> weights.contains(input) ? input.detach() : input).toArray(Variable[]::new);
        return tape.record(operation, value, (gradient, gradients) -> rule.apply(gradient, new WithoutWeights(gradients, weights)), seen);
    }

    @Override
    public Gradients backward(Variable root) {
        return tape.backward(root);
    }

    @Override
    public List<Node> nodes() {
        return tape.nodes();
    }

    /** The gradients of a walk, of which those of weights are not wanted. */
    private record WithoutWeights(Gradients gradients, Set<Variable> weights) implements Gradients {

        @Override
        public boolean wanted(Variable variable) {
            return !weights.contains(variable) && gradients.wanted(variable);
        }

        @Override
        public Tensor into(Variable variable) {
            return gradients.into(variable);
        }

        @Override
        public Target target(Variable variable) {
            return gradients.target(variable);
        }

        @Override
        public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
            gradients.add(variable, gradient, kernel);
        }

        @Override
        public Tensor of(Variable variable) {
            return gradients.of(variable);
        }
    }
}
