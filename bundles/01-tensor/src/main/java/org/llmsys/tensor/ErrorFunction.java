package org.llmsys.tensor;

/**
 * The error function, which the normal distribution is made of.
 *
 * <pre>
 *   erf(x) = 2/sqrt(π) * integral from 0 to x of exp(-t²) dt          erfc(x) = 1 - erf(x)
 * </pre>
 *
 * <p>W. J. Cody's rational approximations, a quotient of two polynomials on each of three intervals. Their relative error is below 1e-13
 * wherever erfc is not too small to be a normal double, so also deep in the tail, where 1 - erf(x) would have no digit left.
 *
 * @see <a href="https://doi.org/10.1090/S0025-5718-1969-0247736-4">Cody 1969, Rational Chebyshev Approximations for the Error Function</a>
 */
public final class ErrorFunction {

    private static final double ONE_OVER_SQRT_PI = 1 / Math.sqrt(Math.PI);

    /** Coefficients of the highest power first; numerator and denominator for |x| up to 0.46875, in x². */
    private static final double[] NEAR_TOP = {1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
        3.20937758913846947e3};
    private static final double[] NEAR_BOTTOM = {1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
        2.84423683343917062e3};
    /** Up to 4, in |x|. */
    private static final double[] MIDDLE_TOP = {2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
        6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
        1.23033935479799725e3};
    private static final double[] MIDDLE_BOTTOM = {1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
        1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3};
    /** Beyond, in 1/x². */
    private static final double[] FAR_TOP = {1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
        1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4};
    private static final double[] FAR_BOTTOM = {1, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1,
        6.05183413124413191e-2, 2.33520497626869185e-3};

    private ErrorFunction() {
    }

    /** From -1 to 1. */
    public static double erf(double x) {
        return Math.abs(x) <= 0.46875 ? near(x) : Math.copySign(1 - tail(Math.abs(x)), x);
    }

    /** From 2 to 0, with all its digits near 0. */
    public static double erfc(double x) {
        if (Math.abs(x) <= 0.46875) {
            return 1 - near(x);
        }
        return x > 0 ? tail(x) : 2 - tail(-x);
    }

    private static double near(double x) {
        return x * polynomial(NEAR_TOP, x * x) / polynomial(NEAR_BOTTOM, x * x);
    }

    /** erfc for x above 0.46875. */
    private static double tail(double x) {
        if (x <= 4) {
            return Math.exp(-x * x) * polynomial(MIDDLE_TOP, x) / polynomial(MIDDLE_BOTTOM, x);
        }
        double z = 1 / (x * x);
        return Math.exp(-x * x) / x * (ONE_OVER_SQRT_PI - z * polynomial(FAR_TOP, z) / polynomial(FAR_BOTTOM, z));
    }

    private static double polynomial(double[] coefficients, double x) {
        double sum = 0;
        for (double coefficient : coefficients) {
            sum = sum * x + coefficient;
        }
        return sum;
    }
}
