package org.llmsys.autograd;

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
 * to the gradient. Elements that a slice left out get nothing. The result of {@link #transpose} is not contiguous; kernels
 * that need it so get it from {@link #contiguous}.
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
        long[] before = x.shape().extents();
        Tensor elements = x.value().isContiguous() ? x.value() : copied(x.value(), pass);
        return pass.tape().record("reshape", elements.reshape(extents),
                (gradY, gradients) -> addThrough(gradients, x, gradX -> gradX, gradY.reshape(before)), x);
    }

    /** Elements {@code from} to {@code to} (exclusive) of an axis. */
    public static Variable slice(Variable x, Pass pass, int axis, long from, long to) {
        return view("slice", x, pass, t -> t.slice(axis, from, to));
    }

    /** Exchanges two axes. */
    public static Variable transpose(Variable x, Pass pass, int axis0, int axis1) {
        return view("transpose", x, pass, t -> t.transpose(axis0, axis1));
    }

    /** The same variable when its elements stand one after the other, else a copy whose elements do. */
    public static Variable contiguous(Variable x, Pass pass) {
        if (x.value().isContiguous()) {
            return x;
        }
        return pass.tape().record("contiguous", copied(x.value(), pass),
                (gradY, gradients) -> addThrough(gradients, x, gradX -> gradX, gradY), x);
    }

    private static Variable view(String operation, Variable x, Pass pass, UnaryOperator<Tensor> view) {
        return pass.tape().record(operation, view.apply(x.value()), (gradY, gradients) -> addThrough(gradients, x, view, gradY), x);
    }

    private static Tensor copied(Tensor source, Pass pass) {
        Tensor copy = pass.zeros(source.shape());
        copy.copyFrom(source);
        return copy;
    }

    private static void addThrough(Gradients gradients, Variable x, UnaryOperator<Tensor> view, Tensor gradY) {
        if (gradients.wanted(x)) {
            add(gradY, view.apply(gradients.into(x)));
        }
    }

    /** {@code into += from}, row by row of the last axis; {@code from} is contiguous, {@code into} has any strides. */
    private static void add(Tensor from, Tensor into) {
        Shape shape = into.shape();
        if (shape.size() == 0) {
            return;
        }
        int width = shape.rank() == 0 ? 1 : shape.intExtent(-1);
        int step = shape.rank() == 0 ? 1 : Math.toIntExact(into.stride(-1));
        float[] source = from.floats();
        float[] target = into.storage().floats();
        int rows = Math.toIntExact(shape.size() / width);
        long[] index = new long[shape.rank()];
        for (int row = 0; row < rows; row++) {
            int s = from.floatOffset() + row * width;
            int t = Math.toIntExact(into.position(index));
            for (int i = 0; i < width; i++, t += step) {
                target[t] += source[s + i];
            }
            nextRow(index, shape);
        }
    }

    /** Moves an index on by one row: the last axis stays at 0. */
    private static void nextRow(long[] index, Shape shape) {
        for (int axis = index.length - 2; axis >= 0; axis--) {
            if (++index[axis] < shape.extent(axis)) {
                return;
            }
            index[axis] = 0;
        }
    }
}
