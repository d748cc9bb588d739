package org.llmsys.feedforward;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Slot;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.osgi.annotation.versioning.ConsumerType;

/** One kind of feed-forward network. Stateless; {@link #build} makes the layer of one block. */
@Slot("feedforward")
@ConsumerType
public interface FeedForward {

    /**
     * Builds the layer over the block's weights, from (B,T,C) to (B,T,C). It shows {@code hook_pre} and {@code hook_post} of (B,T,F), what comes before
     * and behind the activation, to the pass's {@link org.llmsys.autograd.Hooks}; with a gate also {@code hook_pre_linear}, what the gate opens for.
     *
     * @param parameters the scope of the feed-forward weights, for example {@code h.0.mlp}: {@code c_fc.weight (C,F)}, {@code c_fc.bias (F)},
     *                   {@code c_proj.weight (F,C)}, {@code c_proj.bias (C)}, the biases optional; for {@code swiglu}
     *                   {@code gate_proj.weight (C,F)}, {@code up_proj.weight (C,F)}, {@code down_proj.weight (F,C)} instead
     */
    Layer build(FeedForwardSpec spec, Parameters parameters, Needs needs);

    /**
     * @param embeddingDim C
     * @param hiddenDim    F
     * @param activation   algorithm of the activation: {@code gelu}, {@code gelu-tanh}, {@code relu}
     * @param dropout      probability in training, 0 for none
     * @param place        number of the block, for random draws
     * @param traced       its name in traces, for example {@code blocks.0.mlp}
     */
    record FeedForwardSpec(int embeddingDim, int hiddenDim, String activation, float dropout, int place, String traced) {

        /** In the block of this number of a decoder. */
        public FeedForwardSpec(int embeddingDim, int hiddenDim, String activation, float dropout, int place) {
            this(embeddingDim, hiddenDim, activation, dropout, place, "blocks." + place + ".mlp");
        }
    }
}
