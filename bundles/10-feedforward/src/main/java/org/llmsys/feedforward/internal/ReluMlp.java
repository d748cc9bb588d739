package org.llmsys.feedforward.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.feedforward.FeedForward;
import org.osgi.service.component.annotations.Component;

/**
 * The feed-forward network of the first transformer. It takes the same weights as {@code gelu-mlp}, so one can be tried in place of
 * the other; the specification's activation is not asked.
 *
 * <pre>
 *   y = max(0, x·W1 + b1)·W2 + b2          x, y (B,T,C), W1 (C,F), W2 (F,C)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, Attention Is All You Need, section 3.3</a>
 */
@Component
@Provider(slot = "feedforward", algorithm = "relu-mlp", name = "relu-mlp",
        summary = "two linear layers with ReLU between them (the first transformer)",
        reference = "https://arxiv.org/abs/1706.03762")
public final class ReluMlp implements FeedForward {

    @Override
    public Layer build(FeedForwardSpec spec, Parameters parameters, Needs needs) {
        return TwoLayerNetwork.build(spec, "relu", parameters, needs);
    }
}
