package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.attention.MultiHeadAttention;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Addition;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.feedforward.FeedForward;
import org.llmsys.layers.Dropout;
import org.llmsys.normalization.NormalizationLayer;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.StructureCheck;
import org.llmsys.transformer.TransformerBlock.Site;

/**
 * What every block is made of: attention, a feed-forward network, norms, and the addition to the stream. How they are put together is the
 * block's affair.
 *
 * <p>Places in traces: {@code hook_attn_out} and {@code hook_mlp_out}; the parts show their own under the block's name.
 */
final class Sublayers {

    private final Site site;
    private final MultiHeadAttention attention;
    private final Dropout dropout;
    private final Layer feedForward;
    private final StructureCheck feedForwardCheck;
    private final Addition residual;
    private final String attentionOut;
    private final String feedForwardOut;

    Sublayers(Site site, Needs needs) {
        this.site = site;
        ModelConfig config = site.config();
        this.attention = new MultiHeadAttention(new AttentionSpec(config.embeddingDim(), config.numHeads(), config.numKvHeads(), config.headDim(), site.index(),
                config.causal(), site.place() + ".attn"), site.parameters().scope("attn"), site.positions(), needs);
        this.dropout = new Dropout(config.dropout(), Places.attention(site.index()));
        this.feedForward = needs.structure(FeedForward.class, config.feedforward()).build(new FeedForwardSpec(config.embeddingDim(), config.hiddenDim(),
                config.activation(), config.dropout(), site.index(), site.place() + ".mlp"), site.parameters().scope("mlp"), needs);
        this.feedForwardCheck = new StructureCheck(FeedForward.class, config.feedforward());
        this.residual = new Addition(needs);
        this.attentionOut = site.place() + ".hook_attn_out";
        this.feedForwardOut = site.place() + ".hook_mlp_out";
    }

    /**
     * A norm of this block.
     *
     * @param name   of its weights, for example {@code ln_1}
     * @param traced its name in traces, for example {@code ln1}
     */
    Layer norm(String name, String traced, Needs needs) {
        ModelConfig config = site.config();
        return new NormalizationLayer(config.normalization(), name, config.embeddingDim(), config.normEps(), site.place() + "." + traced, site.parameters(),
                needs);
    }

    /** Shape (B,T,C), as all of these. */
    Variable attend(Variable x, Sequences sequences, Pass pass) {
        return Hooks.show(attentionOut, dropout.forward(attention.forward(x, sequences, pass), pass), pass);
    }

    Variable feedForward(Variable x, Pass pass) {
        return Hooks.show(feedForwardOut, feedForwardCheck.check(x, feedForward.forward(x, pass), x.shape(), pass), pass);
    }

    Variable add(Variable stream, Variable found, Pass pass) {
        return residual.forward(stream, found, pass);
    }
}
