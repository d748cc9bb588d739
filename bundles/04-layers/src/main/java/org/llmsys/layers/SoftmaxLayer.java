package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/**
 * Applies a {@link Softmax} along an axis: scores to probabilities, or to their logarithms.
 *
 * <pre>
 *   y = softmax(x)          dLoss/dx += the slope of softmax, see {@link Softmax#backward}
 * </pre>
 *
 * <p>x, y: any shape of rank 1 or more. Along another axis than the last one, elements are brought together first.
 *
 * <pre>{@code
 * Variable p = new SoftmaxLayer("softmax", -1, needs).forward(logits, pass);       // (B,T,V), every row adds up to 1
 * }</pre>
 */
public final class SoftmaxLayer implements Layer {

    private final String algorithm;
    private final int axis;
    private final Need<Softmax> softmax;

    /**
     * @param algorithm {@code softmax}, {@code log-softmax}, or a plug-in's
     * @param axis      the one that adds up to 1; negative axes count from the end
     */
    public SoftmaxLayer(String algorithm, int axis, Needs needs) {
        this.algorithm = algorithm;
        this.axis = axis;
        this.softmax = needs.add(Softmax.class, algorithm);
    }

    /** @throws org.llmsys.tensor.ShapeException when x has no such axis */
    @Override
    public Variable forward(Variable x, Pass pass) {
        int along = x.shape().axis(axis);
        Variable rows = MovedAxis.forward(x, along, -1, pass);
        Tensor y = pass.blank(rows.shape());
        pass.step().get(softmax).forward(rows.value(), y);
        Variable distributions = pass.tape().record(algorithm, y, (gradY, gradients) -> {
            if (gradients.wanted(rows)) {
                pass.step().get(softmax).backward(y, gradY, gradients.into(rows));
            }
        }, rows);
        return MovedAxis.forward(distributions, -1, along, pass);
    }
}
