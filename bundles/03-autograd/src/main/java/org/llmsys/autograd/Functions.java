package org.llmsys.autograd;

import java.util.function.DoubleUnaryOperator;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.ErrorFunction;
import org.llmsys.tensor.Tensor;

/**
 * Functions of one number, applied to every element of a variable.
 *
 * <pre>
 *   y = f(x)          dLoss/dx += dLoss/dy * f'(x)
 * </pre>
 *
 * <p>x, y: any shape, any strides, F32 or F64; computed in double, rounded once. Each method gives f and f' side by side; f' may use the
 * result y where that is shorter. Where f has no number (log and sqrt below 0) the result is NaN; where f' has none its value is said.
 *
 * <pre>{@code
 * Variable y = Functions.exp(x, pass);
 * }</pre>
 *
 * <p>These are for formulas. Room 04 has the activations of networks, which can be swapped.
 */
public final class Functions {

    private static final double TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI);

    private Functions() {
    }

    /** f'(x), of the input and the result. */
    private interface Slope {
        double at(double x, double y);
    }

    public static Variable negate(Variable x, Pass pass) {
        return apply("negate", v -> -v, (v, y) -> -1, x, pass);
    }

    public static Variable exp(Variable x, Pass pass) {
        return apply("exp", Math::exp, (v, y) -> y, x, pass);
    }

    /** The natural logarithm: negative infinity at 0, with an infinite slope. */
    public static Variable log(Variable x, Pass pass) {
        return apply("log", Math::log, (v, y) -> 1 / v, x, pass);
    }

    /** The slope at 0 is infinite. */
    public static Variable sqrt(Variable x, Pass pass) {
        return apply("sqrt", Math::sqrt, (v, y) -> 1 / (2 * y), x, pass);
    }

    public static Variable tanh(Variable x, Pass pass) {
        return apply("tanh", Math::tanh, (v, y) -> 1 - y * y, x, pass);
    }

    /** 1 / (1 + e⁻ˣ). */
    public static Variable sigmoid(Variable x, Pass pass) {
        return apply("sigmoid", v -> 1 / (1 + Math.exp(-v)), (v, y) -> y * (1 - y), x, pass);
    }

    /** The error function, of which exact GELU is made. */
    public static Variable erf(Variable x, Pass pass) {
        return apply("erf", ErrorFunction::erf, (v, y) -> TWO_BY_ROOT_PI * Math.exp(-v * v), x, pass);
    }

    /** The slope at 0, where there is none, is 0. */
    public static Variable abs(Variable x, Pass pass) {
        return apply("abs", Math::abs, (v, y) -> Math.signum(v), x, pass);
    }

    /** x to the power of a constant. The slope of x⁰ is 0 everywhere. */
    public static Variable power(Variable x, double exponent, Pass pass) {
        return apply("power", v -> Math.pow(v, exponent),
                (v, y) -> exponent == 0 ? 0 : exponent * Math.pow(v, exponent - 1), x, pass);
    }

    private static Variable apply(String name, DoubleUnaryOperator f, Slope slope, Variable x, Pass pass) {
        Tensor result = pass.blank(x.shape());
        Elements in = Broadcast.contiguous(x.value(), pass).elements();
        Elements y = result.elements();
        for (int i = 0; i < y.size(); i++) {
            y.set(i, f.applyAsDouble(in.get(i)));
        }
        return pass.tape().record(name, result, (gradY, gradients) -> {
            Elements g = gradY.elements();
            Shares.add(gradients, x, x.shape(), i -> g.get(i) * slope.at(in.get(i), y.get(i)), pass);
        }, x);
    }
}
