package org.llmsys.layers.internal;

import org.llmsys.tensor.Elements;

/**
 * The two numbers that a softmax of a row needs, kept apart so that no exponential overflows and no logit is too large.
 *
 * <pre>
 *   max = largest x          sum = sum of exp(x - max)          p(x) = exp(x - max) / sum          log p(x) = (x - max) - log(sum)
 * </pre>
 *
 * <p>Without one score above minus infinity the sum is 0: every p is 0.
 */
record ShiftedSum(double max, double sum) {

    /** Of elements {@code from} to {@code from + width - 1}. */
    static ShiftedSum of(Elements x, int from, int width) {
        double max = Double.NEGATIVE_INFINITY;
        for (int v = 0; v < width; v++) {
            max = Math.max(max, x.get(from + v));
        }
        if (max == Double.NEGATIVE_INFINITY) {
            return new ShiftedSum(0, 0);
        }
        double sum = 0;
        for (int v = 0; v < width; v++) {
            sum += Math.exp(x.get(from + v) - max);
        }
        return new ShiftedSum(max, sum);
    }

    /** From 0 to 1. */
    double probability(double x) {
        return sum == 0 ? 0 : Math.exp(x - max) / sum;
    }

    /** From minus infinity to 0. */
    double logProbability(double x) {
        return sum == 0 ? Double.NEGATIVE_INFINITY : x - max - Math.log(sum);
    }

    /** -log p: from 0 to infinity. */
    double surprise(double x) {
        return sum == 0 ? Double.POSITIVE_INFINITY : max - x + Math.log(sum);
    }
}
