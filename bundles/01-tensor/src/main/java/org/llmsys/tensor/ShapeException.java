package org.llmsys.tensor;

import org.llmsys.assembly.Problem;

/** An operation was given shapes that do not fit. The message names the operation and both shapes. */
public final class ShapeException extends Problem {

    private static final long serialVersionUID = 1;

    /** For example {@code new ShapeException("matmul", "(2, 3)", "(4, 5)", "inner dimensions 3 and 4 differ")}. */
    public ShapeException(String operation, Object left, Object right, String why) {
        super(operation + ": " + left + " and " + right + " do not fit", why, "check the operands' shapes", FAILED, null);
    }

    public ShapeException(String operation, Object shape, String why) {
        super(operation + ": " + shape + " does not fit", why, "check the operand's shape", FAILED, null);
    }
}
