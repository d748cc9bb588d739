package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.autograd.BackwardRule;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/**
 * The simplest tape that is right: it takes every operation down and goes back over all of them, last first. Contracts take a provider's
 * operations back with it, and the kit's own tests spoil it in one way or another.
 */
public class PlainTape implements GradientTape {

    private final PassMemory memory;
    private final List<Node> nodes = new ArrayList<>();

    public PlainTape(PassMemory memory) {
        this.memory = memory;
    }

    @Override
    public final boolean recording() {
        return true;
    }

    @Override
    public final Variable record(String operation, Tensor value, BackwardRule rule, Variable... inputs) {
        boolean differentiable = List.of(inputs).stream().anyMatch(Variable::differentiable);
        Variable output = new Variable(operation, value, differentiable);
        if (differentiable) {
            nodes.add(new Node(operation, output, List.of(inputs), rule));
        }
        return output;
    }

    /** @throws IllegalArgumentException for a root of more elements than one, or that this tape did not record */
    @Override
    public final Gradients backward(Variable root) {
        if (root.shape().size() != 1 || nodes.stream().noneMatch(node -> node.output() == root)) {
            throw new IllegalArgumentException("not a root: " + root);
        }
        Gradients gradients = gradients(memory);
        gradients.into(root).storage().setDouble(0, 1);
        for (Node node : order()) {
            if (gradients.of(node.output()) != null) {
                node.rule().apply(gradients.of(node.output()), gradients);
            }
        }
        return gradients;
    }

    @Override
    public final List<Node> nodes() {
        return nodes;
    }

    /** The way back. */
    protected List<Node> order() {
        return nodes.reversed();
    }

    /** What a backward pass collects in. */
    protected Gradients gradients(PassMemory pass) {
        return new PlainGradients(pass);
    }
}
