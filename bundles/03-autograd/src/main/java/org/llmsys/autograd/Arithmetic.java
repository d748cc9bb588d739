package org.llmsys.autograd;

/**
 * Differences, quotients and powers of two variables, element by element.
 *
 * <pre>
 *   subtract   y = a - b     dLoss/da += g                   dLoss/db -= g
 *   divide     y = a / b     dLoss/da += g / b               dLoss/db -= g * y / b
 *   power      y = a ^ b     dLoss/da += g * b * a^(b-1)     dLoss/db += g * y * ln a          g = dLoss/dy
 * </pre>
 *
 * <p>a, b: shapes that broadcast, any strides, F32 or F64; y: the shape they broadcast to. A gradient is summed back over the axes along
 * which its operand was repeated. A quotient by 0 is infinite or NaN, as usual. Sums and products, which networks need most,
 * have kernels: {@link Addition} and {@link Multiplication}.
 *
 * <p>Errors: a {@link org.llmsys.tensor.ShapeException} with operation, names and both shapes when they do not broadcast.
 *
 * <pre>{@code
 * Variable centred = Arithmetic.subtract(x, Reductions.mean(x, pass, true, -1), pass);
 * }</pre>
 */
public final class Arithmetic {

    private static final Pairwise SUBTRACT = new Pairwise("subtract", (a, b) -> a - b, (a, b, y) -> 1, (a, b, y) -> -1);

    private static final Pairwise DIVIDE = new Pairwise("divide", (a, b) -> a / b, (a, b, y) -> 1 / b, (a, b, y) -> -y / b);

    private static final Pairwise POWER = new Pairwise("power", Math::pow,
            (a, b, y) -> b == 0 ? 0 : b * Math.pow(a, b - 1),
            (a, b, y) -> a == 0 && b >= 0 ? 0 : y * Math.log(a));

    private Arithmetic() {
    }

    public static Variable subtract(Variable a, Variable b, Pass pass) {
        return SUBTRACT.apply(a, b, pass);
    }

    public static Variable divide(Variable a, Variable b, Pass pass) {
        return DIVIDE.apply(a, b, pass);
    }

    /**
     * a to the power of b. As PyTorch has it, a^0 has slope 0 in a, and 0^b with b at least 0 has slope 0 in b; with a below 0 the slope
     * in b is NaN. A constant exponent is cheaper: {@link Functions#power}.
     */
    public static Variable power(Variable a, Variable b, Pass pass) {
        return POWER.apply(a, b, pass);
    }
}
