package org.llmsys.tensor;

import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Ways to make one number of many, for {@link Tensor#reduce}. Real numbers are taken in double, in row-major order, and the result is
 * rounded once. Those of whole numbers too are exact in 64 bits; the others refuse a tensor of whole numbers.
 *
 * <pre>{@code
 * Tensor norms = x.reduce(Reduction.L2, false, -1);         // (B, C) -> (B)
 * }</pre>
 */
public enum Reduction {

    /** 0 for no elements. */
    SUM,
    /** 1 for no elements. */
    PROD,
    /** NaN when one is NaN; negative infinity for no elements, an error in whole numbers. */
    MAX,
    /** NaN when one is NaN; infinity for no elements, an error in whole numbers. */
    MIN,
    /** Sum of x^2. */
    SUM_OF_SQUARES,
    /** Sum of |x|. */
    L1,
    /** Square root of the sum of x^2. */
    L2,
    /** Sum / n; NaN for no elements. */
    MEAN,
    /** Mean of (x - mean)^2, over n and not n - 1. */
    VARIANCE,
    /** log(sum of x). */
    LOG_SUM,
    /** log(sum of exp(x)), without overflow: the largest x is taken out first. */
    LOG_SUM_EXP;

    /** The numbers to reduce, met in order as often as asked. */
    interface Group {

        long length();

        double fold(double start, DoubleBinaryOperator step);

        long foldWhole(long start, LongBinaryOperator step);
    }

    double of(Group x) {
        return switch (this) {
            case SUM -> x.fold(0, Double::sum);
            case PROD -> x.fold(1, (product, e) -> product * e);
            case MAX -> x.fold(Double.NEGATIVE_INFINITY, Math::max);
            case MIN -> x.fold(Double.POSITIVE_INFINITY, Math::min);
            case SUM_OF_SQUARES -> x.fold(0, (sum, e) -> sum + e * e);
            case L1 -> x.fold(0, (sum, e) -> sum + Math.abs(e));
            case L2 -> Math.sqrt(SUM_OF_SQUARES.of(x));
            case MEAN -> SUM.of(x) / x.length();
            case VARIANCE -> {
                double mean = MEAN.of(x);
                yield x.fold(0, (sum, e) -> sum + (e - mean) * (e - mean)) / x.length();
            }
            case LOG_SUM -> Math.log(SUM.of(x));
            case LOG_SUM_EXP -> {
                double max = MAX.of(x);
                yield Double.isInfinite(max) ? max : max + Math.log(x.fold(0, (sum, e) -> sum + Math.exp(e - max)));
            }
        };
    }

    boolean ofWholeNumbers() {
        return switch (this) {
            case SUM, PROD, MAX, MIN, SUM_OF_SQUARES, L1 -> true;
            case L2, MEAN, VARIANCE, LOG_SUM, LOG_SUM_EXP -> false;
        };
    }

    /** In 64 bits, wrapping around. */
    long ofWhole(Group x) {
        return switch (this) {
            case SUM -> x.foldWhole(0, Long::sum);
            case PROD -> x.foldWhole(1, (product, e) -> product * e);
            case MAX -> x.foldWhole(Long.MIN_VALUE, Math::max);
            case MIN -> x.foldWhole(Long.MAX_VALUE, Math::min);
            case SUM_OF_SQUARES -> x.foldWhole(0, (sum, e) -> sum + e * e);
            case L1 -> x.foldWhole(0, (sum, e) -> sum + Math.abs(e));
            case L2, MEAN, VARIANCE, LOG_SUM, LOG_SUM_EXP -> throw new IllegalStateException(this + " is of real numbers");
        };
    }
}
