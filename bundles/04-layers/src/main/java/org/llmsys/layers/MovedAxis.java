package org.llmsys.layers;

import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/**
 * Brings the elements along one axis next to each other, for kernels that go along the last one, and back.
 *
 * <pre>
 *   (N,C,D,E) with axis 1 moved to 3 is (N,D,E,C); the gradient is moved back the same way
 * </pre>
 */
final class MovedAxis {

    private MovedAxis() {
    }

    /** x itself when nothing has to move, else a contiguous copy. @throws org.llmsys.tensor.ShapeException for an axis it has not */
    static Variable forward(Variable x, int from, int to, Pass pass) {
        int first = x.shape().axis(from);
        int last = x.shape().axis(to);
        if (first == last && x.value().isContiguous()) {
            return x;
        }
        return pass.tape().record("move axis", moved(x.value(), first, last, pass), (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                Tensor back = moved(gradY, last, first, pass);
                Elements source = back.elements();
                Elements into = gradients.into(x).elements();
                for (int i = 0; i < source.size(); i++) {
                    into.add(i, source.get(i));
                }
                pass.giveBack(back);
            }
        }, x);
    }

    private static Tensor moved(Tensor t, int from, int to, Pass pass) {
        int[] order = new int[t.shape().rank()];
        for (int i = 0, source = 0; i < order.length; i++) {
            source += source == from ? 1 : 0;
            order[i] = i == to ? from : source++;
        }
        Tensor view = t.permute(order);
        Tensor copy = pass.blank(view.shape());
        copy.copyFrom(view);
        return copy;
    }
}
