package org.llmsys.feedforward.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.feedforward.FeedForward;
import org.osgi.service.component.annotations.Component;

/**
 * The feed-forward network of GPT-2.
 *
 * <pre>
 *   y = gelu(x·W1 + b1)·W2 + b2          x, y (B,T,C), W1 (C,F), W2 (F,C), usually F = 4C
 * </pre>
 *
 * <p>Which GELU, the exact one or the approximation with tanh, the specification's activation says.
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel 2016, Gaussian Error Linear Units</a>
 */
@Component
@Provider(slot = "feedforward", algorithm = "gelu-mlp", name = "gelu-mlp",
        summary = "two linear layers with GELU between them (GPT-2)",
        reference = "https://arxiv.org/abs/1606.08415")
public final class GeluMlp implements FeedForward {

    @Override
    public Layer build(FeedForwardSpec spec, Parameters parameters, Needs needs) {
        return TwoLayerNetwork.build(spec, spec.activation(), parameters, needs);
    }
}
