package org.llmsys.autograd;

import java.util.List;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Puts variables one after the other along an axis; {@link Views#split} takes them apart again.
 *
 * <pre>
 *   y = [x1, x2, ...]          dLoss/dx1 += dLoss/dy[the part that came from x1]          and so on
 * </pre>
 *
 * <p>Shapes: parts of one rank that differ in the axis only, any strides; the axis of y is as long as theirs together. A variable may come twice.
 *
 * <p>Errors: a {@link org.llmsys.tensor.ShapeException} with two shapes for parts that differ in another axis, a {@link org.llmsys.assembly.Problem} for no
 * parts or parts of different types.
 *
 * <pre>{@code
 * Variable both = Concatenation.along(-1, pass, x, h);          // (B,C) and (B,H) -> (B,C+H)
 * }</pre>
 */
public final class Concatenation {

    private Concatenation() {
    }

    public static Variable along(int axis, Pass pass, Variable... parts) {
        Tensor joined = Tensor.concat(axis, List.of(parts).stream().map(Variable::value).toArray(Tensor[]::new));
        Tensor y = pass.blank(joined.shape());
        y.copyFrom(joined);
        return pass.tape().record("concat", y, (gradY, gradients) -> {
            long from = 0;
            for (Variable part : parts) {
                long to = from + part.shape().extent(axis);
                addPart(gradients, part, gradY.slice(axis, from, to), pass);
                from = to;
            }
        }, parts);
    }

    private static void addPart(Gradients gradients, Variable part, Tensor gradY, Pass pass) {
        Shape shape = part.shape();
        Elements g = Broadcast.contiguous(gradY, pass).elements();
        Shares.add(gradients, part, shape, g::get, pass);
    }
}
