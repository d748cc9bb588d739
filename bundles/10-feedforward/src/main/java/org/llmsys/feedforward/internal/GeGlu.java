package org.llmsys.feedforward.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.feedforward.FeedForward;
import org.osgi.service.component.annotations.Component;

/**
 * The feed-forward network of Gemma: that of Llama with a gate of GELU.
 *
 * <pre>
 *   y = (gelu(x·G) * (x·U))·D          x, y (B,T,C), G, U (C,F), D (F,C)
 * </pre>
 *
 * <p>The weights are those of {@code swiglu}, so one can be tried in place of the other. Which GELU, the exact one or the approximation with
 * tanh, the specification's activation says.
 *
 * @see <a href="https://arxiv.org/abs/2002.05202">Shazeer 2020, GLU Variants Improve Transformer</a>
 */
@Component
@Provider(slot = "feedforward", algorithm = "geglu", name = "geglu",
        summary = "a gate of GELU beside the hidden layer (Gemma)",
        reference = "https://arxiv.org/abs/2002.05202")
public final class GeGlu implements FeedForward {

    @Override
    public Layer build(FeedForwardSpec spec, Parameters parameters, Needs needs) {
        return GatedNetwork.build(spec, spec.activation(), parameters, needs);
    }
}
