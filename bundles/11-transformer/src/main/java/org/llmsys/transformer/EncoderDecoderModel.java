package org.llmsys.transformer;

import java.util.Collections;
import java.util.Map;

import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.transformer.internal.TwoStacks;

/**
 * An encoder, a decoder that looks at it, and the weights of both: translation, summaries, and everything else that turns one sequence into
 * another.
 *
 * <pre>{@code
 * ModelConfig decoder = ModelPresets.named("tiny").withVocabSize(12);
 * EncoderDecoderModel model = EncoderDecoderModel.initialize(decoder.withCausal(false), decoder, 1);
 * try (StepRunner<EncoderDecoderNetwork> runner = assemblies.runner("example", model::network, StepListener.NONE)) { ... }
 * }</pre>
 *
 * @param encoder not causal
 * @param decoder causal, as wide as the encoder, of kind {@code pre-norm} or {@code post-norm}
 * @param weights under {@code encoder.} and {@code decoder.}; a decoder's block has {@code ln_cross_attn} and {@code crossattention} besides
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, Attention Is All You Need</a>
 */
public record EncoderDecoderModel(ModelConfig encoder, ModelConfig decoder, ModelWeights weights) {

    /** @throws Problem when the two do not fit together */
    public EncoderDecoderModel {
        if (encoder.causal() || !decoder.causal()) {
            throw Problem.failed("an encoder must not be causal, and a decoder must be", "the first reads all of its text, the second writes token by token",
                    "use ModelConfig.withCausal");
        }
        if (encoder.embeddingDim() != decoder.embeddingDim()) {
            throw Problem.failed("a decoder of " + decoder.embeddingDim() + " features cannot look at an encoder of " + encoder.embeddingDim(),
                    "they share the width embeddingDim", "make both equally wide");
        }
        if (!decoder.block().equals("pre-norm") && !decoder.block().equals("post-norm")) {
            throw Problem.failed("no block " + decoder.block() + " looks at an encoder", "decoder blocks with cross-attention are pre-norm or post-norm",
                    "choose one of these for the decoder");
        }
    }

    /** Name to shape of every weight, in model order. */
    public static Map<String, Shape> expectedShapes(ModelConfig encoder, ModelConfig decoder) {
        return Collections.unmodifiableMap(WeightShapes.of(encoder, decoder));
    }

    /** What it knows before it has learned anything, as {@link ModelWeights#initialize}. */
    public static EncoderDecoderModel initialize(ModelConfig encoder, ModelConfig decoder, long seed) {
        return new EncoderDecoderModel(encoder, decoder,
                ModelWeights.initialize(expectedShapes(encoder, decoder), Math.max(encoder.numLayers(), decoder.numLayers()), seed));
    }

    /** How to build the network. */
    public Blueprint<EncoderDecoderNetwork> blueprint() {
        return this::network;
    }

    /** Builds the network and declares its needs. */
    public EncoderDecoderNetwork network(Needs needs) {
        return new TwoStacks(encoder, decoder, weights, needs);
    }
}
