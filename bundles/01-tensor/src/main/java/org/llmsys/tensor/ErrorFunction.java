package org.llmsys.tensor;

/**
 * The error function, which Java's library lacks. Exact GELU is made of it.
 *
 * <pre>
 *   erf(x) = 2/sqrt(pi) * integral from 0 to x of exp(-t^2) dt
 *          = 2/sqrt(pi) * exp(-x^2) * sum over n of  2^n x^(2n+1) / (1*3*5*...*(2n+1))
 * </pre>
 *
 * <p>All terms of this series have the sign of x, so nothing cancels: the relative error stays below 1e-14 at any x. It takes about
 * 20 terms at |x| = 1 and 110 at |x| = 5.
 *
 * @see <a href="https://dlmf.nist.gov/7.6#E2">NIST Digital Library of Mathematical Functions, equation 7.6.2</a>
 */
public final class ErrorFunction {

    /** From here on 1 - erf(x) is below half a unit in the last place of 1. */
    private static final double ONE_FROM = 6;

    private static final double TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI);

    private ErrorFunction() {
    }

    /** erf(x), from -1 to 1; NaN for NaN. */
    public static double erf(double x) {
        if (Math.abs(x) >= ONE_FROM) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int odd = 3; Math.abs(term) > Math.abs(sum) * 0x1p-54; odd += 2) {
            term *= 2 * x * x / odd;
            sum += term;
        }
        return Math.clamp(TWO_BY_ROOT_PI * Math.exp(-x * x) * sum, -1, 1);
    }
}
