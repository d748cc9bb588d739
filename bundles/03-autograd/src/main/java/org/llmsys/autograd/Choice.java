package org.llmsys.autograd;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Takes one of two elements; the gradient goes to the one that was taken.
 *
 * <pre>
 *   where      y = a where c is not 0, else b       dLoss/da += g where c is not 0     dLoss/db += g elsewhere
 *   maximum    y = the larger of a and b            dLoss/da += g where a > b          dLoss/db += g where b > a
 *   minimum    y = the smaller of a and b           dLoss/da += g where a &lt; b          dLoss/db += g where b &lt; a
 * </pre>
 *
 * <p>Where a = b, maximum and minimum have no derivative; each operand gets half, as in PyTorch. All operands broadcast, with any strides,
 * F32 or F64. Of a NaN and a number, maximum and minimum are NaN.
 *
 * <p>Errors: a {@link org.llmsys.tensor.ShapeException} with both shapes when they do not broadcast.
 *
 * <pre>{@code
 * Variable relu = Choice.maximum(x, Variable.constant("zero", pass.zeros()), pass);
 * }</pre>
 */
public final class Choice {

    private static final Pairwise MAXIMUM = new Pairwise("maximum", Math::max,
            (a, b, y) -> a < b ? 0 : a == b ? 0.5 : 1,
            (a, b, y) -> b < a ? 0 : a == b ? 0.5 : 1);

    private static final Pairwise MINIMUM = new Pairwise("minimum", Math::min,
            (a, b, y) -> a > b ? 0 : a == b ? 0.5 : 1,
            (a, b, y) -> b > a ? 0 : a == b ? 0.5 : 1);

    private Choice() {
    }

    public static Variable maximum(Variable a, Variable b, Pass pass) {
        return MAXIMUM.apply(a, b, pass);
    }

    public static Variable minimum(Variable a, Variable b, Pass pass) {
        return MINIMUM.apply(a, b, pass);
    }

    /** @param condition of any type; no gradient goes to it */
    public static Variable where(Tensor condition, Variable a, Variable b, Pass pass) {
        Shape shape = condition.shape().broadcast("where of " + a.name() + " and " + b.name(), Broadcast.shape("where of", a, b));
        Tensor result = pass.blank(shape);
        Elements c = Broadcast.repeated(condition, shape, pass).elements();
        Elements left = Broadcast.repeated(a.value(), shape, pass).elements();
        Elements right = Broadcast.repeated(b.value(), shape, pass).elements();
        Elements y = result.elements();
        for (int i = 0; i < y.size(); i++) {
            y.set(i, c.get(i) != 0 ? left.get(i) : right.get(i));
        }
        return pass.tape().record("where", result, (gradY, gradients) -> {
            Elements g = gradY.elements();
            Shares.add(gradients, a, shape, i -> c.get(i) != 0 ? g.get(i) : 0, pass);
            Shares.add(gradients, b, shape, i -> c.get(i) != 0 ? 0 : g.get(i), pass);
        }, a, b);
    }
}
