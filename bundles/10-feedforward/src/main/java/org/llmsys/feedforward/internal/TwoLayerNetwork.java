package org.llmsys.feedforward.internal;

import java.util.List;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.layers.ActivationLayer;
import org.llmsys.layers.Dropout;
import org.llmsys.layers.Linear;
import org.llmsys.layers.Sequential;

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
        return new Sequential(List.of(
                new Linear("c_fc", spec.embeddingDim(), spec.hiddenDim(), parameters, needs),
                new ActivationLayer(activation, needs),
                new Linear("c_proj", spec.hiddenDim(), spec.embeddingDim(), parameters, needs),
                new Dropout(spec.dropout(), Places.dropout(spec.place()))));
    }
}
