package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Concatenation;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.embedding.OutputProjection;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerNetwork;

/**
 * A decoder: from ids to the logits of what comes next.
 *
 * <pre>
 *   x = wte[ids] + positions                (B,T,C)
 *   x = block_i(x),  i = 0 .. L-1           (B,T,C)
 *   logits = norm_f(x) · tableᵀ             (B,T,V)      table = wte when tied, else lm_head; no norm_f behind post-norm blocks
 * </pre>
 */
public final class DecoderNetwork implements TransformerNetwork {

    private final ModelWeights weights;
    private final InputEmbedding embedding;
    private final BlockStack blocks;
    private final Layer finalNorm;
    private final Layer output;

    /** Arranges the layers over the weights and declares what they need; copies nothing. */
    public DecoderNetwork(ModelConfig config, ModelWeights weights, Needs needs) {
        this.weights = weights;
        this.embedding = new InputEmbedding(config, "", 0, weights, needs);
        this.blocks = new BlockStack(config, "blocks.", weights, embedding.positions(), needs);
        this.finalNorm = BlockStack.finalNorm(config, "ln_final", weights, needs);
        this.output = config.tiedOutput() ? new OutputProjection(embedding.tokens(), needs)
                : new OutputProjection("lm_head", config.vocabSize(), config.embeddingDim(), weights, needs);
    }

    @Override
    public Variable forward(int[] ids, Sequences sequences, boolean lastOnly, Pass pass) {
        if (pass.step().watched()) {
            weights.requireFinite();                                                     // before a part is blamed for what its weights hold
        }
        Variable x = blocks.forward(embedding.forward(ids, null, sequences, pass), sequences, pass);     // (B,T,C)
        if (lastOnly) {
            x = last(x, sequences, pass);                                                // (B,1,C), with caches (1,sequences,C)
        }
        return output.forward(finalNorm.forward(x, pass), pass);                         // (B,T,V)
    }

    /** Each sequence's last row that is no padding. */
    static Variable last(Variable x, Sequences sequences, Pass pass) {
        if (sequences instanceof Sequences.Fresh fresh && !fresh.lengths().isEmpty()) {
            Variable[] rows = new Variable[fresh.batch()];
            for (int b = 0; b < rows.length; b++) {
                int end = Math.max(1, fresh.lengths().get(b));                           // of an empty sequence the first row, which is padding
                rows[b] = Views.slice(Views.slice(x, pass, 0, b, b + 1), pass, 1, end - 1, end);
            }
            return Concatenation.along(0, pass, rows);                                   // (B,1,C)
        }
        if (sequences instanceof Sequences.Continued continued && continued.parts().size() > 1) {
            Tensor rows = pass.blank(1, continued.parts().size(), x.shape().extent(2));
            int end = 0;
            for (int i = 0; i < continued.parts().size(); i++) {
                end += continued.parts().get(i).rows();
                rows.slice(1, i, i + 1).copyFrom(x.value().slice(1, end - 1, end));
            }
            return Variable.constant("last", rows);
        }
        long sequence = x.shape().extent(1);
        return sequence == 1 ? x : Views.contiguous(Views.slice(x, pass, 1, sequence - 1, sequence), pass);
    }
}
