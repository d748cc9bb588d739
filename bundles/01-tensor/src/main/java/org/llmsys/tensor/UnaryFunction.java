package org.llmsys.tensor;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Functions of one number, for {@link Tensor#map}: computed in double and rounded once to the tensor's type. Those of whole numbers
 * too are exact in 64 bits; the others refuse a tensor of whole numbers.
 *
 * <pre>{@code
 * Tensor y = x.map(UnaryFunction.SIN);
 * }</pre>
 */
public enum UnaryFunction {

    NEG(x -> -x, x -> -x),
    ABS(Math::abs, Math::abs),
    /** -1, 0 or 1. */
    SIGN(Math::signum, Long::signum),
    /** 1 / x. */
    RECIPROCAL(x -> 1 / x),
    SQRT(Math::sqrt),
    EXP(Math::exp),
    /** The natural logarithm: negative infinity at 0, NaN below. */
    LOG(Math::log),
    SIN(Math::sin),
    COS(Math::cos),
    TANH(Math::tanh),
    ERF(ErrorFunction::erf),
    /** 1 / (1 + exp(-x)). */
    SIGMOID(x -> 1 / (1 + Math.exp(-x))),
    FLOOR(Math::floor),
    CEIL(Math::ceil),
    /** To the nearest whole number, halves to the even one. */
    ROUND(Math::rint);

    private final DoubleUnaryOperator real;
    private final LongUnaryOperator whole;

    UnaryFunction(DoubleUnaryOperator real) {
        this(real, null);
    }

    UnaryFunction(DoubleUnaryOperator real, LongUnaryOperator whole) {
        this.real = real;
        this.whole = whole;
    }

    /** The function of a real number. */
    public double of(double x) {
        return real.applyAsDouble(x);
    }

    Tensor of(Tensor a) {
        String operation = name().toLowerCase(Locale.ROOT);
        return a.dtype().floating() || whole == null ? Elementwise.unary(operation, a, real) : Elementwise.wholeUnary(a, whole);
    }
}
