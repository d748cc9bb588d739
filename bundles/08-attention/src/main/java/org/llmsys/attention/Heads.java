package org.llmsys.attention;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/**
 * Some heads of a row in which heads lie side by side, in shape (B, to - from, T, HS): a view, so nothing is copied to take them apart, and
 * their gradients are added straight into the gradient of the row.
 *
 * @param row      what they are a view of, shape (B,T,heads·HS)
 * @param view     that view
 * @param variable the heads themselves: the view, or what the positional encoding or a hook made of it
 */
record Heads(Variable row, int from, int to, int headDim, Variable view, Variable variable) {

    static Heads of(Variable row, int from, int to, int headDim, Pass pass) {
        Variable view = pass.tape().record("heads", view(row.value(), from, to, headDim), (gradHeads, gradients) -> {
            if (gradients.wanted(row)) {
                addRows(gradHeads, view(gradients.into(row), from, to, headDim));
            }
        }, row);
        return new Heads(row, from, to, headDim, view, view);
    }

    Heads rotated(PositionalLayer positions, int start, Pass pass) {
        return with(positions.rotate(variable, start, pass));
    }

    /** Shown as (B,T,heads,HS), as TransformerLens has them. */
    Heads shown(String place, Pass pass) {
        Hooks hooks = Hooks.of(pass);
        if (hooks == null || !hooks.wants(place)) {
            return this;
        }
        Variable before = Views.transpose(variable, pass, 1, 2);
        Variable after = Hooks.visit(hooks, place, before, pass);
        return after == before ? this : with(Views.transpose(after, pass, 1, 2));
    }

    private Heads with(Variable other) {
        return new Heads(row, from, to, headDim, view, other);
    }

    Tensor value() {
        return variable.value();
    }

    int count() {
        return to - from;
    }

    boolean wanted(Gradients gradients) {
        return gradients.wanted(target());
    }

    /** Where the gradient of the heads is added: straight into the row when nothing was done to them; nowhere when nobody wants it. */
    Tensor gradient(Gradients gradients, Pass pass) {
        if (!wanted(gradients)) {
            return pass.zeros(value().shape());
        }
        return variable == view ? view(gradients.into(row), from, to, headDim) : gradients.into(variable);
    }

    /** The variable that the gradient goes to. */
    private Variable target() {
        return variable == view ? row : variable;
    }

    /** (B,T,heads·HS) seen as (B,heads,T,HS), heads {@code from} to {@code to - 1} of it. */
    private static Tensor view(Tensor row, int from, int to, int headDim) {
        return row.reshape(row.shape().extent(0), row.shape().extent(1), row.shape().extent(2) / headDim, headDim)   // (B,T,heads,HS)
                .transpose(1, 2).slice(1, from, to);
    }

    /** {@code into += from}, row by row of HS elements. */
    private static void addRows(Tensor from, Tensor into) {
        if (from.dtype() != DType.F32) {
            into.copyFrom(into.add(from));
            return;
        }
        int width = from.shape().intExtent(3);
        float[] source = from.floats();
        float[] target = into.storage().floats();
        int s = from.floatOffset();
        for (long b = 0; b < from.shape().extent(0); b++) {
            for (long h = 0; h < from.shape().extent(1); h++) {
                for (long t = 0; t < from.shape().extent(2); t++, s += width) {
                    int at = Math.toIntExact(into.offset() + b * into.stride(0) + h * into.stride(1) + t * into.stride(2));
                    for (int d = 0; d < width; d++) {
                        target[at + d] += source[s + d];
                    }
                }
            }
        }
    }
}
