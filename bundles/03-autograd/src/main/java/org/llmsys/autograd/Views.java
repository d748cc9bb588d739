package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Other views of a variable's elements: nothing is computed, so nothing is copied.
 *
 * <pre>
 *   y = view(x)          view(dLoss/dx) += dLoss/dy
 * </pre>
 *
 * <p>A gradient finds its way back through the same view: the view of the input's gradient shares its memory, so adding to the view adds
 * to the gradient. Elements that a slice left out get nothing; one that {@link #expand} repeats gets the sum. The results are mostly not
 * contiguous; kernels that need it so get it from {@link #contiguous}.
 *
 * <p>Errors: a {@link ShapeException} with the operation and the shapes for an axis, index or shape that does not fit.
 */
public final class Views {

    private Views() {
    }

    /**
     * The same elements in the same order under another shape; copied only when they are not contiguous.
     *
     * @throws ShapeException when the number of elements differs
     */
    public static Variable reshape(Variable x, Pass pass, long... extents) {
        Shape before = x.shape();
        Tensor elements = Broadcast.contiguous(x.value(), pass);
        return pass.tape().record("reshape", elements.reshape(extents),
                (gradY, gradients) -> addAll(gradients, x, gradX -> gradX, gradY.reshape(before.extents())), x);
    }

    /** Exchanges two axes. */
    public static Variable transpose(Variable x, Pass pass, int axis0, int axis1) {
        return whole("transpose", x, pass, t -> t.transpose(axis0, axis1));
    }

    /** Axis {@code i} of the result is axis {@code order[i]} of x. */
    public static Variable permute(Variable x, Pass pass, int... order) {
        return whole("permute", x, pass, t -> t.permute(order));
    }

    /** Elements {@code from} to {@code to} (exclusive) of an axis. */
    public static Variable slice(Variable x, Pass pass, int axis, long from, long to) {
        return part("slice", x, pass, t -> t.slice(axis, from, to));
    }

    /** One index of an axis, which disappears. */
    public static Variable select(Variable x, Pass pass, int axis, long index) {
        return part("select", x, pass, t -> t.select(axis, index));
    }

    /** Parts of these sizes along an axis; the sizes add up to its extent. */
    public static List<Variable> split(Variable x, Pass pass, int axis, long... sizes) {
        List<Variable> parts = new ArrayList<>();
        long from = 0;
        for (Tensor part : x.value().split(axis, sizes)) {
            long to = from + part.shape().extent(axis);
            parts.add(slice(x, pass, axis, from, to));
            from = to;
        }
        return parts;
    }

    /** Repeats axes of extent 1, and adds axes in front, to reach a shape that x broadcasts to. */
    public static Variable expand(Variable x, Pass pass, long... extents) {
        return pass.tape().record("expand", x.value().expand(Shape.of(extents)), (gradY, gradients) -> {
            if (!gradY.shape().equals(x.shape())) {
                addSummed(gradients, x, gradY);
            } else {
                addAll(gradients, x, gradX -> gradX, gradY);
            }
        }, x);
    }

    private static void addSummed(Gradients gradients, Variable x, Tensor gradY) {
        if (gradients.wanted(x)) {
            Shares.addSummed(gradients, x, x.shape(), gradY);
        }
    }

    /** The same variable when its elements stand one after the other, else a copy whose elements do. */
    public static Variable contiguous(Variable x, Pass pass) {
        if (x.value().isContiguous()) {
            return x;
        }
        return pass.tape().record("contiguous", Broadcast.contiguous(x.value(), pass),
                (gradY, gradients) -> addAll(gradients, x, gradX -> gradX, gradY), x);
    }

    private static Variable whole(String operation, Variable x, Pass pass, UnaryOperator<Tensor> view) {
        return pass.tape().record(operation, view.apply(x.value()), (gradY, gradients) -> addAll(gradients, x, view, gradY), x);
    }

    private static Variable part(String operation, Variable x, Pass pass, UnaryOperator<Tensor> view) {
        return pass.tape().record(operation, view.apply(x.value()), (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                Shares.addTo(view.apply(gradients.into(x)), gradY);
            }
        }, x);
    }

    /** The view shows every element once, so the first gradient is copied instead of being added to zeros. */
    private static void addAll(Gradients gradients, Variable x, UnaryOperator<Tensor> view, Tensor gradY) {
        if (!gradients.wanted(x)) {
            return;
        }
        Gradients.Target target = gradients.target(x);
        if (target.accumulate()) {
            Shares.addTo(view.apply(target.tensor()), gradY);
        } else {
            view.apply(target.tensor()).copyFrom(gradY);
        }
    }
}
