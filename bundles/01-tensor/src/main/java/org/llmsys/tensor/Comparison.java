package org.llmsys.tensor;

/**
 * Ways to compare two elements, for {@link Tensor#compare}: the result is I32, 1 where it holds and 0 where not, and so a condition
 * for {@link Tensor#where}. NaN differs from everything, itself included.
 */
public enum Comparison {

    EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL;

    /** Whether it holds between two real numbers. */
    public boolean holds(double a, double b) {
        return switch (this) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case LESS -> a < b;
            case LESS_OR_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_OR_EQUAL -> a >= b;
        };
    }

    /** Whether it holds between two whole numbers, exactly. */
    public boolean holds(long a, long b) {
        return holds((double) Long.compare(a, b), 0.0);
    }
}
