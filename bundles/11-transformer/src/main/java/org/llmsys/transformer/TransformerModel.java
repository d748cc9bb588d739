package org.llmsys.transformer;

import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Needs;
import org.llmsys.transformer.internal.DecoderNetwork;

/**
 * A configuration and its weights.
 *
 * <pre>{@code
 * TransformerModel model = new TransformerModel(config, ModelWeights.initialize(config, 1));
 * try (StepRunner<TransformerNetwork> runner = assemblies.runner("example", model.blueprint(), StepListener.NONE)) {
 *     runner.run((network, step) -> {
 *         try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "example")) {
 *             return network.forward(ids, 1, null, true, pass).value().copy();      // (1,1,V)
 *         }
 *     });
 * }
 * }</pre>
 */
public record TransformerModel(ModelConfig config, ModelWeights weights) {

    /** How to build the network: for {@link org.llmsys.assembly.Assemblies#runner}. */
    public Blueprint<TransformerNetwork> blueprint() {
        return this::network;
    }

    /**
     * Builds the network and declares its needs.
     *
     * @throws org.llmsys.assembly.Problem when a weight is missing or of another shape than the configuration asks for
     */
    public TransformerNetwork network(Needs needs) {
        return new DecoderNetwork(config, weights, needs);
    }
}
