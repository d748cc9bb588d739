package org.llmsys.transformer;

import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.transformer.internal.DecoderNetwork;
import org.llmsys.transformer.internal.EncoderNetwork;

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

    /** How to build the network of an encoder. */
    public Blueprint<TransformerEncoder> encoderBlueprint() {
        return this::encoder;
    }

    /**
     * Builds the network of a decoder and declares its needs.
     *
     * @throws Problem when a weight is missing or of another shape than the configuration asks for, or this is an encoder
     */
    public TransformerNetwork network(Needs needs) {
        if (!config.causal()) {
            throw Problem.failed("this model does not write: it is an encoder", "its tokens see what comes after them, so there is no next one to guess",
                    "use a model of family gpt2 or llama, or the vectors of the encoder");
        }
        return new DecoderNetwork(config, weights, needs);
    }

    /**
     * Builds the network of an encoder and declares its needs.
     *
     * @throws Problem when a weight is missing or of another shape than the configuration asks for, or this is a decoder
     */
    public TransformerEncoder encoder(Needs needs) {
        if (config.causal()) {
            throw Problem.failed("this model is a decoder, not an encoder", "its tokens see only what stands before them",
                    "use its logits, or a model whose attention goes in both directions");
        }
        return new EncoderNetwork(config, "", weights, needs);
    }

    /** Its layers with their shapes and sizes, for {@code batch} sequences of {@code sequence} tokens. */
    public ModelSummary summary(int batch, int sequence) {
        return ModelSummary.of(config, weights, batch, sequence);
    }
}
