package org.llmsys.transformer;

import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Needs;

/** A configuration and its weights. */
public record TransformerModel(ModelConfig config, ModelWeights weights) {

    /** How to build the network: for {@link org.llmsys.assembly.Assemblies#runner}. */
    public Blueprint<TransformerNetwork> blueprint() {
        return this::network;
    }

    /** Builds the network and declares its needs. */
    public TransformerNetwork network(Needs needs) {
        throw new IllegalStateException("written by the room's builder");
    }
}
