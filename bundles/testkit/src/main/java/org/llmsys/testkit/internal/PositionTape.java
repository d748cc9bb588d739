package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Provider;
import org.llmsys.autograd.BackwardRule;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;

/**
 * A plain tape to take an encoding back with. The first to ask for a target gets a blank one to overwrite, everyone after it adds: an
 * encoding must do both.
 */
@Provider(slot = "tape", algorithm = TapeFactory.ALGORITHM, name = "position-check")
final class PositionTape implements TapeFactory {

    @Override
    public GradientTape open(PassMemory memory) {
        return new Recording(memory, new ArrayList<>());
    }

    private record Recording(PassMemory memory, List<Node> nodes) implements GradientTape {

        @Override
        public boolean recording() {
            return true;
        }

        @Override
        public Variable record(String operation, Tensor value, BackwardRule rule, Variable... inputs) {
            boolean differentiable = List.of(inputs).stream().anyMatch(Variable::differentiable);
            Variable output = new Variable(operation, value, differentiable);
            if (differentiable) {
                nodes.add(new Node(operation, output, List.of(inputs), rule));
            }
            return output;
        }

        @Override
        public Gradients backward(Variable root) {
            Collected gradients = new Collected(memory, new IdentityHashMap<>());
            gradients.into(root).set(1, 0);
            for (Node node : nodes.reversed()) {
                if (gradients.of(node.output()) != null) {
                    node.rule().apply(gradients.of(node.output()), gradients);
                }
            }
            return gradients;
        }
    }

    private record Collected(PassMemory memory, Map<Variable, Tensor> tensors) implements Gradients {

        @Override
        public boolean wanted(Variable variable) {
            return variable.differentiable();
        }

        @Override
        public Tensor into(Variable variable) {
            return tensors.computeIfAbsent(variable, v -> memory.zeros(v.shape()));
        }

        @Override
        public Target target(Variable variable) {
            boolean there = tensors.containsKey(variable);
            return new Target(tensors.computeIfAbsent(variable, v -> memory.blank(v.shape())), there);
        }

        @Override
        public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
            kernel.addScaled(gradient, 1, into(variable));
        }

        @Override
        public Tensor of(Variable variable) {
            return tensors.get(variable);
        }
    }
}
