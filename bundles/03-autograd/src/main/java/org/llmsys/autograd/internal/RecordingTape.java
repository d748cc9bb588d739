package org.llmsys.autograd.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.BackwardRule;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * The list of what one forward pass computed.
 *
 * <p>An operation can only use what was computed before it, so the list is in topological order already: walking it from the end to
 * the beginning meets every variable after all operations that used it, when its gradient is complete. One walk, linear in the
 * number of operations, always in the same order, so gradients add up in the same order too.
 */
final class RecordingTape implements GradientTape {

    private final Supplier<GradientStore> stores;
    private final List<Node> nodes = new ArrayList<>();

    /** @param stores where the gradients of a walk are collected */
    RecordingTape(Supplier<GradientStore> stores) {
        this.stores = stores;
    }

    @Override
    public boolean recording() {
        return true;
    }

    @Override
    public Variable record(String operation, Tensor value, BackwardRule rule, Variable... inputs) {
        for (Variable input : inputs) {
            if (input.differentiable()) {
                Variable output = new Variable(operation, value, true);
                nodes.add(new Node(operation, output, List.of(inputs), rule));
                return output;
            }
        }
        return Variable.constant(operation, value);
    }

    @Override
    public Gradients backward(Variable root) {
        if (root.shape().size() != 1) {
            throw new ShapeException("backward from " + root.name(), root.shape(),
                    "only a single number, such as a loss, has a gradient of 1 to start from");
        }
        int last = indexOf(root);
        GradientStore gradients = stores.get();
        gradients.into(root).storage().setDouble(0, 1);
        for (int i = last; i >= 0; i--) {
            Node node = nodes.get(i);
            Tensor outputGradient = gradients.of(node.output());
            if (outputGradient != null) {                    // null: the root does not depend on it
                node.rule().apply(outputGradient, gradients);
                gradients.consumed(node.output());
            }
        }
        gradients.finish();
        return gradients;
    }

    private int indexOf(Variable root) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).output() == root) {
                return i;
            }
        }
        throw root.differentiable()
                ? Problem.misused("backward from " + root + ": this tape did not record it", "it was given, or computed in another pass",
                        "go back from a result of the pass whose tape this is")
                : Problem.misused("backward from " + root + ": it is a constant", "nothing it was computed from is differentiable, or it was detached",
                        "make what shall learn a parameter, and compute the loss outside withoutGradients()");
    }

    @Override
    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }
}
