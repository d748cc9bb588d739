package org.llmsys.transformer.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.embedding.Embedding;
import org.llmsys.embedding.OutputProjection;
import org.llmsys.layers.Dropout;
import org.llmsys.normalization.NormalizationLayer;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.StructureCheck;
import org.llmsys.transformer.TransformerBlock;
import org.llmsys.transformer.TransformerBlock.BlockLayer;
import org.llmsys.transformer.TransformerNetwork;

/**
 * A decoder: from ids to the logits of what comes next.
 *
 * <pre>
 *   x = wte[ids] + positions                (B,T,C)
 *   x = block_i(x),  i = 0 .. L-1           (B,T,C)
 *   logits = norm_f(x) · tableᵀ             (B,T,V)      table = wte when tied, else lm_head
 * </pre>
 */
public final class DecoderNetwork implements TransformerNetwork {

    private final ModelConfig config;
    private final ModelWeights weights;
    private final Embedding tokens;
    private final PositionalLayer positions;
    private final Dropout dropout;
    private final List<BlockLayer> blocks = new ArrayList<>();
    private final StructureCheck blockCheck;
    private final Layer finalNorm;
    private final Layer output;

    /** Arranges the layers over the weights and declares what they need; copies nothing. */
    public DecoderNetwork(ModelConfig config, ModelWeights weights, Needs needs) {
        this.config = config;
        this.weights = weights;
        this.tokens = new Embedding("wte", config.vocabSize(), config.embeddingDim(), weights, needs);
        PositionSpec spec = new PositionSpec(config.contextLength(), config.embeddingDim(), config.headDim(), config.ropeTheta(), "wpe.weight",
                config.ropePairing(), config.ropeScaling());
        this.positions = new WatchedPositions(needs.structure(PositionalEncoding.class, config.position()).build(spec, weights, needs), config.position());
        this.dropout = new Dropout(config.dropout(), Places.embedding());
        TransformerBlock block = needs.structure(TransformerBlock.class, config.block());
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(block.build(config, i, weights.scope("h." + i), positions, needs));
        }
        this.blockCheck = new StructureCheck(TransformerBlock.class, config.block());
        this.finalNorm = new NormalizationLayer(config.normalization(), "ln_f", config.embeddingDim(), config.normEps(), weights, needs);
        this.output = config.tiedOutput() ? new OutputProjection(tokens, needs)
                : new OutputProjection("lm_head", config.vocabSize(), config.embeddingDim(), weights, needs);
    }

    @Override
    public Variable forward(int[] ids, Sequences sequences, boolean lastOnly, Pass pass) {
        if (pass.step().watched()) {
            weights.requireFinite();                                                     // before a part is blamed for what its weights hold
        }
        int batch = sequences instanceof Sequences.Fresh fresh ? fresh.batch() : 1;
        requireFit(ids, batch, sequences);
        Variable x = tokens.forward(ids, pass, batch, ids.length / batch);               // (B,T,C)
        x = dropout.forward(placed(x, sequences, pass), pass);
        Shape shape = x.shape();
        for (BlockLayer block : blocks) {
            x = blockCheck.check(x, block.forward(x, sequences, pass), shape, pass);     // (B,T,C)
        }
        if (lastOnly) {
            x = last(x, sequences, pass);                                                // (B,1,C), with caches (1,sequences,C)
        }
        return output.forward(finalNorm.forward(x, pass), pass);                         // (B,T,V)
    }

    /** The positions of each sequence added to its rows. */
    private Variable placed(Variable x, Sequences sequences, Pass pass) {
        if (!(sequences instanceof Sequences.Continued continued)) {
            return positions.add(x, 0, pass);
        }
        if (continued.parts().size() == 1) {
            return positions.add(x, continued.parts().getFirst().cache().length(), pass);
        }
        Tensor all = pass.blank(x.shape());                                              // (1,N,C)
        int from = 0;
        for (Sequences.Part part : continued.parts()) {
            int to = from + part.rows();
            Variable rows = Variable.constant("rows", x.value().slice(1, from, to));
            all.slice(1, from, to).copyFrom(positions.add(rows, part.cache().length(), pass).value());
            from = to;
        }
        return Variable.constant("positions", all);
    }

    private static Variable last(Variable x, Sequences sequences, Pass pass) {
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

    /** Everything that can be wrong with ids. */
    private void requireFit(int[] ids, int batch, Sequences sequences) {
        int rows = sequences instanceof Sequences.Continued continued ? continued.rows() : ids.length;
        if (batch < 1 || ids.length == 0 || ids.length % batch != 0 || rows != ids.length) {
            throw new ShapeException("transformer", Shape.of(ids.length), sequences instanceof Sequences.Fresh
                    ? ids.length + " ids are no batch of " + batch + "; every row has the same number of ids, at least one"
                    : ids.length + " ids are not the " + rows + " rows of the sequences");
        }
        if (sequences instanceof Sequences.Continued continued) {
            continued.parts().forEach(part -> requireRoom(part.cache().length() + part.rows()));
        } else {
            requireRoom(ids.length / batch);
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
                throw Problem.failed("token id " + ids[i] + " at place " + i + " is not in the vocabulary", "the model knows ids 0 to " + (config.vocabSize() - 1),
                        "use the tokenizer that belongs to the model");
            }
        }
    }

    private void requireRoom(int length) {
        if (length > config.contextLength()) {
            throw Problem.failed("a sequence of " + length + " tokens is too long", "the model's context holds " + config.contextLength(),
                    "use a shorter text, or a model with a longer context");
        }
    }
}
