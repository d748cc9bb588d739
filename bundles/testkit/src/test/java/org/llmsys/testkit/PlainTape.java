package org.llmsys.testkit;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.autograd.BackwardRule;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;

/** A tape to hold against the contract: the simplest that is right, or with one of two mistakes. */
final class PlainTape implements GradientTape {

    private final PassMemory memory;
    private final boolean copies;
    private final boolean backwards;
    private final List<Node> nodes = new ArrayList<>();

    PlainTape(PassMemory memory, boolean copies, boolean backwards) {
        this.memory = memory;
        this.copies = copies;
        this.backwards = backwards;
    }

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
        if (root.shape().size() != 1 || nodes.stream().noneMatch(node -> node.output() == root)) {
            throw new IllegalArgumentException("not a root: " + root);
        }
        Collected gradients = new Collected();
        gradients.into(root).storage().setDouble(0, 1);
        for (Node node : backwards ? nodes.reversed() : nodes) {
            if (gradients.of(node.output()) != null) {
                node.rule().apply(gradients.of(node.output()), gradients);
            }
        }
        return gradients;
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    private final class Collected implements Gradients {

        private final Map<Variable, Tensor> collected = new IdentityHashMap<>();

        @Override
        public boolean wanted(Variable variable) {
            return variable.differentiable();
        }

        @Override
        public Tensor into(Variable variable) {
            if (!wanted(variable)) {
                throw new IllegalArgumentException("a constant: " + variable);
            }
            return collected.computeIfAbsent(variable, v -> memory.zeros(v.shape()));
        }

        @Override
        public Target target(Variable variable) {
            return new Target(into(variable), true);
        }

        @Override
        public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
            if (!copies && !collected.containsKey(variable)) {
                collected.put(variable, gradient);
                return;
            }
            Tensor sum = into(variable);
            for (long i = 0; i < sum.size(); i++) {
                sum.set(sum.getDouble(i) + gradient.getDouble(i), i);
            }
        }

        @Override
        public Tensor of(Variable variable) {
            return collected.get(variable);
        }
    }
}
