package org.llmsys.autograd;

import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

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
     * Walks back from {@code root}, whose gradient is 1. It may be called again, from the same root or another, for as long as the pass is
     * open: each call gives gradients of its own, and nothing adds up between them ({@link GradientSum} does that).
     *
     * @param root a variable of one element that this tape recorded
     * @throws org.llmsys.tensor.ShapeException for a root of more elements or none
     * @throws org.llmsys.assembly.Problem      for a constant, for what another tape recorded, and when the pass is closed
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
            throw Problem.misused("backward from " + root + ": this pass records nothing", "it was opened for inference, or withoutGradients()",
                    "open it with Pass.training");
        }

        @Override
        public List<Node> nodes() {
            return List.of();
        }
    };
}
