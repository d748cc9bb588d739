package org.llmsys.autograd;

import java.util.Arrays;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Many elements to one, over any axes.
 *
 * <pre>
 *   sum     y = sum over the axes of x        dLoss/dx += g, repeated along the axes                      g = dLoss/dy
 *   mean    y = sum / n                       dLoss/dx += g / n, repeated
 *   max     y = the largest x                 dLoss/dx += g / m where x = y, which m elements share
 * </pre>
 *
 * <p>Shapes: x (any), any strides, F32 or F64; no axes named: over all of them. With {@code keepDims} a reduced axis stays with extent 1, so that
 * y broadcasts against x; without, it goes. Sums are added up in double. Elements that tie for the largest share its
 * gradient evenly, as torch.amax has it. The mean of no elements is NaN, the largest of none an error.
 *
 * <p>Errors: a {@link org.llmsys.tensor.ShapeException} for an axis that is not there or is named twice.
 *
 * <pre>{@code
 * Variable rowMeans = Reductions.mean(x, pass, true, -1);          // (B,T,C) -> (B,T,1)
 * }</pre>
 */
public final class Reductions {

    private Reductions() {
    }

    public static Variable sum(Variable x, Pass pass, boolean keepDims, int... axes) {
        Tensor y = copied(x.value().sum(keepDims, axes), pass);
        Shape kept = kept(x.shape(), axes);
        return pass.tape().record("sum", y, (gradY, gradients) -> addRepeated(gradients, x, gradY, kept, 1, pass), x);
    }

    public static Variable mean(Variable x, Pass pass, boolean keepDims, int... axes) {
        Tensor y = copied(x.value().mean(keepDims, axes), pass);
        Shape kept = kept(x.shape(), axes);
        double n = (double) x.shape().size() / kept.size();
        return pass.tape().record("mean", y, (gradY, gradients) -> addRepeated(gradients, x, gradY, kept, n, pass), x);
    }

    public static Variable max(Variable x, Pass pass, boolean keepDims, int... axes) {
        Tensor y = copied(x.value().max(keepDims, axes), pass);
        Shape kept = kept(x.shape(), axes);
        return pass.tape().record("max", y, (gradY, gradients) -> {
            Tensor taken = whereLargest(x.value(), y.reshape(kept.extents()), pass);
            Elements isTaken = taken.elements();
            Elements m = Broadcast.repeated(taken.sum(true, axes), x.shape(), pass).elements();
            Elements g = Broadcast.repeated(gradY.reshape(kept.extents()), x.shape(), pass).elements();
            Shares.add(gradients, x, x.shape(), i -> isTaken.get(i) * g.get(i) / m.get(i), pass);
        }, x);
    }

    private static void addRepeated(Gradients gradients, Variable x, Tensor gradY, Shape kept, double n, Pass pass) {
        Elements g = Broadcast.repeated(gradY.reshape(kept.extents()), x.shape(), pass).elements();
        Shares.add(gradients, x, x.shape(), i -> g.get(i) / n, pass);
    }

    /** 1 where an element is the largest of its group, else 0. */
    private static Tensor whereLargest(Tensor x, Tensor largest, Pass pass) {
        Elements all = Broadcast.contiguous(x, pass).elements();
        Elements best = Broadcast.repeated(largest, x.shape(), pass).elements();
        Tensor marks = pass.blank(x.shape());
        Elements mark = marks.elements();
        for (int i = 0; i < mark.size(); i++) {
            mark.set(i, all.get(i) == best.get(i) ? 1 : 0);
        }
        return marks;
    }

    /** The shape with 1 in place of each reduced axis. */
    private static Shape kept(Shape shape, int... axes) {
        long[] extents = shape.extents();
        if (axes.length == 0) {
            Arrays.fill(extents, 1);
        }
        for (int axis : axes) {
            extents[shape.axis(axis)] = 1;
        }
        return Shape.of(extents);
    }

    private static Tensor copied(Tensor result, Pass pass) {
        Tensor copy = pass.blank(result.shape());
        copy.copyFrom(result);
        return copy;
    }
}
