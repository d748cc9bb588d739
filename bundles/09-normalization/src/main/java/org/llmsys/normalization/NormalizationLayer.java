package org.llmsys.normalization;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Hooks;
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
 * <p>Places in traces, under the layer's name there: {@code hook_scale} (..., 1), what each row was divided by, and {@code hook_normalized}, which is y.
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
    private final String scalePlace;
    private final String normalizedPlace;

    /** A norm that shows nothing of itself. */
    public NormalizationLayer(String algorithm, String name, int width, float eps, Parameters parameters, Needs needs) {
        this(algorithm, name, width, eps, null, parameters, needs);
    }

    /**
     * @param algorithm {@code layernorm}, {@code rmsnorm}, or a plug-in's
     * @param width     C
     * @param eps       added to the variance, so that a constant row is not divided by zero; above 0
     * @param traced    its name in traces, for example {@code blocks.0.ln1}; null for none
     */
    public NormalizationLayer(String algorithm, String name, int width, float eps, String traced, Parameters parameters, Needs needs) {
        if (!(eps > 0 && eps < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the epsilon of norm " + name + " must be above 0, not " + eps);
        }
        this.algorithm = algorithm;
        this.eps = eps;
        this.gamma = parameters.get(name + ".weight", width);
        this.beta = parameters.find(name + ".bias", width);
        this.normalization = needs.add(Normalization.class, algorithm);
        this.scalePlace = traced == null ? null : traced + ".hook_scale";
        this.normalizedPlace = traced == null ? null : traced + ".hook_normalized";
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        long width = gamma.shape().extent(0);
        if (x.shape().rank() == 0 || x.shape().extent(-1) != width) {
            throw new ShapeException(algorithm + " " + gamma.name(), x.shape(), gamma.shape(),
                    "the last axis of the input must have " + width + " elements");
        }
        Tensor y = pass.blank(x.shape());                                                                       // (..., C)
        Hooks hooks = normalizedPlace == null ? null : Hooks.of(pass);
        boolean scaleWanted = hooks != null && hooks.wants(scalePlace);
        Tensor saved = pass.tape().recording() || scaleWanted ? pass.blank(width == 0 ? 0 : x.value().size() / width, 2) : null;   // (N,2)
        pass.step().get(normalization).forward(x.value(), gamma.value(), beta == null ? null : beta.value(), eps, y, saved);
        if (scaleWanted) {
            Hooks.showOnly(scalePlace, Variable.constant("scale", scale(saved, x)), pass, "hook_normalized");
        }
        Variable[] inputs = beta == null ? new Variable[] {x, gamma} : new Variable[] {x, gamma, beta};
        Variable normalized = pass.tape().record(algorithm, y, (gradY, gradients) -> pass.step().get(normalization).backward(x.value(), gamma.value(), saved,
                gradY, wanted(x, gradients), wanted(gamma, gradients), wanted(beta, gradients)), inputs);
        return hooks == null ? normalized : Hooks.show(normalizedPlace, normalized, pass);
    }

    /** What each row was divided by, (..., 1), from its inverse in (N,2). */
    private static Tensor scale(Tensor saved, Variable x) {
        long[] extents = x.shape().extents();
        extents[extents.length - 1] = 1;
        return saved.select(1, 1).pow(-1).reshape(extents);
    }

    private static Tensor wanted(Variable variable, Gradients gradients) {
        return variable != null && gradients.wanted(variable) ? gradients.into(variable) : null;
    }
}
