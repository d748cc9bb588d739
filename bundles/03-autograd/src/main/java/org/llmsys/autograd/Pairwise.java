package org.llmsys.autograd;

import java.util.function.DoubleBinaryOperator;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * A function of two numbers, applied to each two elements of two variables that broadcast.
 *
 * <pre>
 *   y = f(a, b)          dLoss/da += dLoss/dy * df/da          dLoss/db += dLoss/dy * df/db
 * </pre>
 *
 * @param name   for the tape and messages
 * @param f      the function
 * @param slopeA df/da
 * @param slopeB df/db
 */
record Pairwise(String name, DoubleBinaryOperator f, Slope slopeA, Slope slopeB) {

    /** A partial derivative, of both operands and the result. */
    interface Slope {
        double at(double a, double b, double y);
    }

    Variable apply(Variable a, Variable b, Pass pass) {
        Shape shape = Broadcast.shape(name, a, b);
        Tensor result = pass.blank(shape);
        Elements left = Broadcast.repeated(a.value(), shape, pass).elements();
        Elements right = Broadcast.repeated(b.value(), shape, pass).elements();
        Elements y = result.elements();
        for (int i = 0; i < y.size(); i++) {
            y.set(i, f.applyAsDouble(left.get(i), right.get(i)));
        }
        return pass.tape().record(name, result, (gradY, gradients) -> {
            Elements g = gradY.elements();
            Shares.add(gradients, a, shape, i -> g.get(i) * slopeA.at(left.get(i), right.get(i), y.get(i)), pass);
            Shares.add(gradients, b, shape, i -> g.get(i) * slopeB.at(left.get(i), right.get(i), y.get(i)), pass);
        }, a, b);
    }
}
