package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * The end of a network: one number that says how wrong it was, from which the way back starts.
 *
 * <p>Shapes: predictions (..., V), taken as N rows of V; targets (...) for {@code cross-entropy}, (..., V) for
 * {@code mean-squared-error}; the loss has shape (1) and type F64, so {@code loss.value().getDouble(0)} is not rounded.
 *
 * <pre>{@code
 * LossLayer loss = new LossLayer("cross-entropy", needs);
 * Variable l = loss.forward(logits, targets, pass);       // (B,T,V) and (B,T) to (1)
 * Gradients gradients = pass.tape().backward(l);
 * }</pre>
 */
public final class LossLayer {

    private final String algorithm;
    private final Need<Loss> loss;

    /** @param algorithm {@code cross-entropy}, {@code mean-squared-error}, or a plug-in's */
    public LossLayer(String algorithm, Needs needs) {
        this.algorithm = algorithm;
        this.loss = needs.add(Loss.class, algorithm);
    }

    /** @throws org.llmsys.assembly.Problem when targets do not fit the predictions */
    public Variable forward(Variable predictions, Tensor targets, Pass pass) {
        Tensor rows = rows(predictions.value());                                       // (N,V)
        Tensor wanted = targets.shape().equals(predictions.shape()) && targets.dtype().floating()
                ? rows(targets)                                                        // (N,V)
                : targets.reshape(targets.size());                                     // (N)
        Tensor value = Tensor.zeros(DType.F64, Shape.of(1));
        value.set(pass.step().get(loss).forward(rows, wanted), 0);
        return pass.tape().record(algorithm, value, (gradLoss, gradients) -> {
            if (gradients.wanted(predictions)) {
                pass.step().get(loss).backward(rows, wanted, gradLoss.get(0), rows(gradients.into(predictions)));
            }
        }, predictions);
    }

    private static Tensor rows(Tensor t) {
        long width = t.shape().rank() == 0 ? 1 : t.shape().extent(-1);
        return t.reshape(width == 0 ? 0 : t.size() / width, width);
    }
}
