package org.llmsys.feedforward.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.layers.ActivationLayer;
import org.llmsys.layers.Dropout;
import org.llmsys.layers.Linear;

/**
 * Wide, bent, narrow again.
 *
 * <pre>
 *   h = f(x·W1 + b1)          (B,T,C) to (B,T,F)          c_fc, the activation f
 *   y = h·W2 + b2             (B,T,F) to (B,T,C)          c_proj, then dropout while learning
 * </pre>
 */
final class TwoLayerNetwork {

    private TwoLayerNetwork() {
    }

    static Layer build(FeedForwardSpec spec, String activation, Parameters parameters, Needs needs) {
        Linear widening = new Linear("c_fc", spec.embeddingDim(), spec.hiddenDim(), parameters, needs);
        ActivationLayer bend = new ActivationLayer(activation, needs);
        Linear narrowing = new Linear("c_proj", spec.hiddenDim(), spec.embeddingDim(), parameters, needs);
        Dropout dropout = new Dropout(spec.dropout(), Places.dropout(spec.place()));
        String pre = spec.traced() + ".hook_pre";
        String post = spec.traced() + ".hook_post";
        return (x, pass) -> {
            Variable wide = Hooks.show(pre, widening.forward(x, pass), pass);                               // (B,T,F)
            Variable bent = Hooks.show(post, bend.forward(wide, pass), pass);                               // (B,T,F)
            return dropout.forward(narrowing.forward(bent, pass), pass);                                    // (B,T,C)
        };
    }
}
