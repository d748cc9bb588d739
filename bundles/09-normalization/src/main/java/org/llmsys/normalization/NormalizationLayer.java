package org.llmsys.normalization;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Brings every row to one size, then lets the model choose scale and shift of each feature.
 *
 * <pre>
 *   y = gamma * normalized(x) + beta          normalized is the algorithm's: layernorm, rmsnorm
 * </pre>
 *
 * <p>Shapes: x, y (..., C) contiguous; gamma (C) is {@code name.weight}; beta (C) is {@code name.bias} and may be missing.
 *
 * <pre>{@code
 * NormalizationLayer norm = new NormalizationLayer("layernorm", "ln_1", 128, 1e-5f, parameters, needs);
 * Variable y = norm.forward(x, pass);        // (B,T,128)
 * }</pre>
 */
public final class NormalizationLayer implements Layer {

    private final String algorithm;
    private final float eps;
    private final Variable gamma;
    private final Variable beta;
    private final Need<Normalization> normalization;

    /**
     * @param algorithm {@code layernorm}, {@code rmsnorm}, or a plug-in's
     * @param width     C
     * @param eps       added to the variance, so that a constant row is not divided by zero; above 0
     */
    public NormalizationLayer(String algorithm, String name, int width, float eps, Parameters parameters, Needs needs) {
        if (!(eps > 0 && eps < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the epsilon of norm " + name + " must be above 0, not " + eps);
        }
        this.algorithm = algorithm;
        this.eps = eps;
        this.gamma = parameters.get(name + ".weight", width);
        this.beta = parameters.find(name + ".bias", width);
        this.normalization = needs.add(Normalization.class, algorithm);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        long width = gamma.shape().extent(0);
        if (x.shape().rank() == 0 || x.shape().extent(-1) != width) {
            throw new ShapeException(algorithm + " " + gamma.name(), x.shape(), gamma.shape(),
                    "the last axis of the input must have " + width + " elements");
        }
        Tensor y = pass.blank(x.shape());                                                                       // (..., C)
        Tensor saved = pass.tape().recording() ? pass.blank(width == 0 ? 0 : x.value().size() / width, 2) : null;   // (N,2)
        pass.step().get(normalization).forward(x.value(), gamma.value(), beta == null ? null : beta.value(), eps, y, saved);
        Variable[] inputs = beta == null ? new Variable[] {x, gamma} : new Variable[] {x, gamma, beta};
        return pass.tape().record(algorithm, y, (gradY, gradients) -> pass.step().get(normalization).backward(x.value(), gamma.value(), saved,
                gradY, wanted(x, gradients), wanted(gamma, gradients), wanted(beta, gradients)), inputs);
    }

    private static Tensor wanted(Variable variable, Gradients gradients) {
        return variable != null && gradients.wanted(variable) ? gradients.into(variable) : null;
    }
}
