package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.attention.MultiHeadAttention;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.autograd.Addition;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.layers.Dropout;
import org.llmsys.normalization.NormalizationLayer;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.StructureCheck;
import org.llmsys.transformer.TransformerBlock;
import org.osgi.service.component.annotations.Component;

/**
 * The block of GPT-2 and its successors: each sublayer reads a normalized copy and adds what it found to the stream.
 *
 * <pre>
 *   x = x + dropout(attention(norm_1(x)))                 (B,T,C)
 *   x = x + feedforward(norm_2(x))                         (B,T,C)
 * </pre>
 *
 * <p>The stream itself is never normalized inside, so gradients reach the first block unchanged through the additions; that is why
 * deep stacks of it learn without tricks.
 *
 * <p>Weights: {@code ln_1}, {@code attn.c_attn}, {@code attn.c_proj}, {@code ln_2}, {@code mlp.*}.
 *
 * @see <a href="https://arxiv.org/abs/2002.04745">Xiong et al. 2020, On Layer Normalization in the Transformer Architecture</a>
 */
@Component
@Provider(slot = "block", algorithm = "pre-norm", name = "pre-norm", summary = "normalize, compute, add: attention, then feed-forward",
        reference = "https://arxiv.org/abs/2002.04745")
public final class PreNormBlock implements TransformerBlock {

    @Override
    public BlockLayer build(ModelConfig config, int index, Parameters parameters, PositionalLayer positions, Needs needs) {
        NormalizationLayer beforeAttention = norm("ln_1", config, parameters, needs);
        MultiHeadAttention attention = new MultiHeadAttention(
                new AttentionSpec(config.embeddingDim(), config.numHeads(), config.numKvHeads(), index), parameters.scope("attn"), positions, needs);
        Dropout dropout = new Dropout(config.dropout(), Places.attention(index));
        NormalizationLayer beforeFeedForward = norm("ln_2", config, parameters, needs);
        Layer feedForward = needs.structure(FeedForward.class, config.feedforward()).build(
                new FeedForwardSpec(config.embeddingDim(), config.hiddenDim(), config.activation(), config.dropout(), index), parameters.scope("mlp"), needs);
        StructureCheck feedForwardCheck = new StructureCheck(FeedForward.class, config.feedforward());
        Addition residual = new Addition(needs);

        return (x, sequences, pass) -> {
            Variable attended = attention.forward(beforeAttention.forward(x, pass), sequences, pass);         // (B,T,C)
            Variable middle = residual.forward(x, dropout.forward(attended, pass), pass);
            Variable normalized = beforeFeedForward.forward(middle, pass);
            Variable found = feedForwardCheck.check(normalized, feedForward.forward(normalized, pass), x.shape(), pass);
            return residual.forward(middle, found, pass);
        };
    }

    private static NormalizationLayer norm(String name, ModelConfig config, Parameters parameters, Needs needs) {
        return new NormalizationLayer(config.normalization(), name, config.embeddingDim(), config.normEps(), parameters, needs);
    }
}
