package org.llmsys.autograd;

import java.util.List;

import org.osgi.annotation.versioning.ProviderType;
import org.llmsys.tensor.Tensor;

/** Remembers the operations of one forward pass, in order, to walk them backwards once. Used by one thread. */
@ProviderType
public interface GradientTape {

    /** Whether rules are kept; a tape for inference keeps none. */
    boolean recording();

    /**
     * Takes down an operation that has been computed.
     *
     * @param operation its name, for graphs and messages
     * @param value     what it computed
     * @param rule      its backward rule; not kept when no input is differentiable or the tape does not record
     * @param inputs    what it was computed from
     * @return the value as a variable, differentiable if an input is
     */
    Variable record(String operation, Tensor value, BackwardRule rule, Variable... inputs);

    /**
     * Walks back from {@code root}, whose gradient is 1.
     *
     * @param root a variable of one element that this tape recorded
     */
    Gradients backward(Variable root);

    /** What was taken down, first to last. */
    List<Node> nodes();

    /** One operation on the tape. */
    record Node(String operation, Variable output, List<Variable> inputs, BackwardRule rule) {
    }

    /** A tape that keeps nothing, for inference. */
    GradientTape NONE = new GradientTape() {
        @Override
        public boolean recording() {
            return false;
        }

        @Override
        public Variable record(String operation, Tensor value, BackwardRule rule, Variable... inputs) {
            return Variable.constant(operation, value);
        }

        @Override
        public Gradients backward(Variable root) {
            throw new IllegalStateException("this tape records nothing, so there is no way back from " + root);
        }

        @Override
        public List<Node> nodes() {
            return List.of();
        }
    };
}
