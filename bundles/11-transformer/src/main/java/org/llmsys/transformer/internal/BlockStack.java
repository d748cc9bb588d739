package org.llmsys.transformer.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.normalization.NormalizationLayer;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.StructureCheck;
import org.llmsys.transformer.TransformerBlock.BlockLayer;
import org.llmsys.transformer.TransformerBlock.Site;
import org.llmsys.transformer.TransformerBlock;

/** L blocks, one behind the other, by whoever serves slot {@code block}. */
final class BlockStack {

    private final List<BlockLayer> blocks = new ArrayList<>();
    private final StructureCheck check;

    /** @param place what stands before a block's number in traces, for example {@code blocks.} */
    BlockStack(ModelConfig config, String place, Parameters parameters, PositionalLayer positions, Needs needs) {
        TransformerBlock block = needs.structure(TransformerBlock.class, config.block());
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(block.build(new Site(config, i, place + i, parameters.scope("h." + i), positions), needs));
        }
        this.check = new StructureCheck(TransformerBlock.class, config.block());
    }

    /**
     * The norm behind the last block; nothing where blocks end in one.
     *
     * @param traced its name in traces, for example {@code ln_final}
     */
    static Layer finalNorm(ModelConfig config, String traced, Parameters parameters, Needs needs) {
        if (!config.finalNorm()) {
            return (x, pass) -> x;
        }
        return new NormalizationLayer(config.normalization(), "ln_f", config.embeddingDim(), config.normEps(), traced, parameters, needs);
    }

    /** Shape (B,T,C), in and out. */
    Variable forward(Variable x, Sequences sequences, Pass pass) {
        Variable y = x;
        for (BlockLayer block : blocks) {
            Variable stream = y;
            y = pass.passing(() -> check.check(stream, block.forward(stream, sequences, pass), x.shape(), pass));
        }
        return y;
    }
}
