package org.llmsys.autograd;

import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Tensor;

/**
 * Finds where NaN or infinity came from: the first operation on the tape that made one out of finite inputs.
 *
 * <p>A weight or an input that is not finite itself is named instead. What a layer gave back to the pass before its end may hold anything, so
 * look at the tape while the pass is open.
 *
 * <pre>{@code
 * FiniteCheck.require(loss, pass.tape());          // error: the loss cross-entropy is NaN
 *                                                  // why: the first value that is not finite is the result of log (3), computed from x (3)
 * }</pre>
 */
public final class FiniteCheck {

    private FiniteCheck() {
    }

    /** @throws Problem that names the first value which is not finite, when the loss is not */
    public static void require(Variable loss, GradientTape tape) {
        if (!loss.allFinite()) {
            throw Problem.failed("the loss " + loss.name() + " is " + (loss.shape().size() == 1 ? first(loss.value()) : "not finite"),
                    firstFault(tape).orElse("the loss was not computed from anything that this tape recorded"),
                    "look at that operation's inputs; while training, lower the learning rate or clip the gradients");
        }
    }

    /** The first value on the tape that is not finite, in words; empty when all are. */
    public static Optional<String> firstFault(GradientTape tape) {
        for (GradientTape.Node node : tape.nodes()) {
            for (Variable input : node.inputs()) {
                if (!input.allFinite()) {
                    return Optional.of("the first value that is not finite is " + input + ", which went into " + node.operation());
                }
            }
            if (!node.output().allFinite()) {
                return Optional.of("the first value that is not finite is the result of " + node.output() + ", computed from " + node.inputs());
            }
        }
        return Optional.empty();
    }

    private static double first(Tensor value) {
        return value.contiguous().reshape(1).getDouble(0);
    }
}
