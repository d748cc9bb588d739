package org.llmsys.transformer.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.KvCache;
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
    public Variable forward(int[] ids, int batch, KvCache cache, boolean lastOnly, Pass pass) {
        if (pass.step().watched()) {
            weights.requireFinite();                                                     // before a part is blamed for what its weights hold
        }
        int start = cache == null ? 0 : cache.length();
        int sequence = sequence(ids, batch, start, cache != null);
        Variable x = tokens.forward(ids, pass, batch, sequence);                         // (B,T,C)
        x = dropout.forward(positions.add(x, start, pass), pass);
        Shape shape = x.shape();
        for (BlockLayer block : blocks) {
            x = blockCheck.check(x, block.forward(x, cache, pass), shape, pass);         // (B,T,C)
        }
        if (lastOnly && sequence > 1) {
            x = Views.contiguous(Views.slice(x, pass, 1, sequence - 1, sequence), pass);    // (B,1,C)
        }
        return output.forward(finalNorm.forward(x, pass), pass);                         // (B,T,V)
    }

    /** T, after everything that can be wrong with ids was looked for. */
    private int sequence(int[] ids, int batch, int start, boolean cached) {
        if (batch < 1 || ids.length == 0 || ids.length % batch != 0 || cached && batch != 1) {
            throw new ShapeException("transformer", Shape.of(ids.length), ids.length + " ids are no batch of " + batch
                    + (cached ? "; a cache holds one sequence" : "; every row has the same number of ids, at least one"));
        }
        int sequence = ids.length / batch;
        if (start + sequence > config.contextLength()) {
            throw Problem.failed("a sequence of " + (start + sequence) + " tokens is too long", "the model's context holds " + config.contextLength(),
                    "use a shorter text, or a model with a longer context");
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
                throw Problem.failed("token id " + ids[i] + " at place " + i + " is not in the vocabulary", "the model knows ids 0 to " + (config.vocabSize() - 1),
                        "use the tokenizer that belongs to the model");
            }
        }
        return sequence;
    }
}
