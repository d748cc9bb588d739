package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerEncoder;

/**
 * An encoder: from ids to vectors that know what stands on both sides of them.
 *
 * <pre>
 *   x = embedding(ids, types)               (B,T,C)
 *   x = block_i(x),  i = 0 .. L-1           (B,T,C)     attention in both directions
 *   y = norm_f(x)                           (B,T,C)     not behind post-norm blocks
 * </pre>
 */
public final class EncoderNetwork implements TransformerEncoder {

    private final ModelWeights weights;
    private final InputEmbedding embedding;
    private final BlockStack blocks;
    private final Layer finalNorm;

    /** @param stack {@code encoder} when it is half of a model, empty when it is all of it */
    public EncoderNetwork(ModelConfig config, String stack, ModelWeights weights, Needs needs) {
        this.weights = weights;
        Parameters parameters = stack.isEmpty() ? weights : weights.scope(stack);
        this.embedding = new InputEmbedding(config, stack.isEmpty() ? "" : stack + ".", 0, parameters, needs);
        this.blocks = new BlockStack(config, stack.isEmpty() ? "blocks." : stack + ".", parameters, embedding.positions(), needs);
        this.finalNorm = BlockStack.finalNorm(config, stack.isEmpty() ? "ln_final" : stack + "_final_ln", parameters, needs);
    }

    @Override
    public Variable forward(int[] ids, int[] types, Sequences.Fresh sequences, Pass pass) {
        if (pass.step().watched()) {
            weights.requireFinite();                                                     // before a part is blamed for what its weights hold
        }
        return finalNorm.forward(blocks.forward(embedding.forward(ids, types, sequences, pass), sequences, pass), pass);
    }
}
