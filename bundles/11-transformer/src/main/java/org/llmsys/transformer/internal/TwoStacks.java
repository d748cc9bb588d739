package org.llmsys.transformer.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.embedding.OutputProjection;
import org.llmsys.tensor.ShapeException;
import org.llmsys.transformer.EncoderDecoderNetwork;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerBlock.Site;

/** An encoder and a decoder over one set of weights. The decoder's blocks count on where the encoder's end, so that their random draws differ. */
public final class TwoStacks implements EncoderDecoderNetwork {

    private final EncoderNetwork encoder;
    private final InputEmbedding embedding;
    private final List<CrossBlock> blocks = new ArrayList<>();
    private final Layer finalNorm;
    private final Layer output;

    /** Arranges the layers and declares what they need. */
    public TwoStacks(ModelConfig encoderConfig, ModelConfig config, ModelWeights weights, Needs needs) {
        this.encoder = new EncoderNetwork(encoderConfig, "encoder", weights, needs);
        Parameters parameters = weights.scope("decoder");
        int first = encoderConfig.numLayers();
        this.embedding = new InputEmbedding(config, "decoder.", first, parameters, needs);
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(new CrossBlock(new Site(config, first + i, "decoder." + i, parameters.scope("h." + i), embedding.positions()), needs));
        }
        this.finalNorm = BlockStack.finalNorm(config, "decoder_final_ln", parameters, needs);
        this.output = config.tiedOutput() ? new OutputProjection(embedding.tokens(), needs)
                : new OutputProjection("lm_head", config.vocabSize(), config.embeddingDim(), parameters, needs);
    }

    @Override
    public Variable encode(int[] source, Sequences.Fresh sources, Pass pass) {
        return encoder.forward(source, null, sources, pass);
    }

    @Override
    public Variable decode(int[] target, Sequences.Fresh targets, Variable memory, Sequences.Fresh sources, boolean lastOnly, Pass pass) {
        if (targets.batch() != sources.batch()) {
            throw new ShapeException("decoder", memory.shape(), targets.batch() + " targets do not look at " + sources.batch() + " sources");
        }
        Variable x = embedding.forward(target, null, targets, pass);                     // (B,T,C)
        for (CrossBlock block : blocks) {
            x = block.forward(x, targets, memory, sources, pass);
        }
        if (lastOnly) {
            x = DecoderNetwork.last(x, targets, pass);                                   // (B,1,C)
        }
        return output.forward(finalNorm.forward(x, pass), pass);                         // (B,T,V)
    }
}
