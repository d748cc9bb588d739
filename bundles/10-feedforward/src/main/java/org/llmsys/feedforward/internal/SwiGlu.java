package org.llmsys.feedforward.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.feedforward.FeedForward;
import org.osgi.service.component.annotations.Component;

/**
 * The feed-forward network of Llama: one hidden layer says what to pass on, another how far to open the gate for it.
 *
 * <pre>
 *   y = (silu(x·G) * (x·U))·D          x, y (B,T,C), G, U (C,F), D (F,C)
 * </pre>
 *
 * <p>Weights {@code gate_proj.weight (C,F)}, {@code up_proj.weight (C,F)}, {@code down_proj.weight (F,C)}, biases optional. The activation is always
 * SiLU; the specification's is not asked. With three matrices instead of two, F is usually 8C/3 instead of 4C.
 *
 * @see <a href="https://arxiv.org/abs/2002.05202">Shazeer 2020, GLU Variants Improve Transformer</a>
 */
@Component
@Provider(slot = "feedforward", algorithm = "swiglu", name = "swiglu",
        summary = "a gate of SiLU beside the hidden layer (Llama)",
        reference = "https://arxiv.org/abs/2002.05202")
public final class SwiGlu implements FeedForward {

    @Override
    public Layer build(FeedForwardSpec spec, Parameters parameters, Needs needs) {
        return GatedNetwork.build(spec, "silu", parameters, needs);
    }
}
