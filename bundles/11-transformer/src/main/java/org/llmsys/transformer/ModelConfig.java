package org.llmsys.transformer;

import java.util.Locale;
import java.util.Objects;

import org.llmsys.assembly.Problem;
import org.llmsys.position.RotaryConfig;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.tensor.Shape;

/**
 * What a model is: its sizes, and the algorithm of each slot it needs. With the weights, all there is to know.
 *
 * <pre>{@code
 * ModelConfig config = ModelPresets.named("char-small").withVocabSize(tokenizer.vocabSize());
 * config.parameterCount();      // learned numbers
 * config.summary();             // a table for people; ModelSummary has one layer by layer
 * }</pre>
 *
 * @param family        {@code gpt2}, {@code llama}, {@code bert}: the naming of the weights
 * @param vocabSize     V, from 1 to 16777216
 * @param contextLength most positions, from 1 to 1048576
 * @param embeddingDim  C, from 1 to 65536
 * @param numLayers     L, from 1 to 1024
 * @param numHeads      NH
 * @param numKvHeads    NKV; NH is a multiple of it
 * @param headDim       HS, nearly always C / NH, from 1 to 65536
 * @param hiddenDim     F, from 1 to 1048576
 * @param normEps       added to the variance, above 0, at most 0.1
 * @param biases        whether linear layers and norms have biases
 * @param tiedOutput    whether the output projection is the embedding table
 * @param block         algorithm in slot block: {@code pre-norm}, {@code post-norm}, {@code parallel}
 * @param normalization algorithm in slot normalization: {@code layernorm}, {@code rmsnorm}
 * @param position      algorithm in slot position: {@code learned}, {@code sinusoidal}, {@code rope}, {@code alibi}
 * @param feedforward   algorithm in slot feedforward: {@code gelu-mlp}, {@code relu-mlp}, {@code swiglu}
 * @param activation    algorithm in slot activation: {@code gelu}, {@code gelu-tanh}
 * @param dropout       probability in training, from 0 to below 1
 * @param ropeTheta     base of rotary angles (unused without rotary positions, as the next two)
 * @param ropePairing   which elements of a head turn together
 * @param ropeScaling   how rotary angles are stretched
 * @param attentionBiases biases of the attention's projections where {@code biases} gives none
 * @param feedForwardBiases whether the feed-forward network has biases where {@code biases} gives none
 * @param causal        whether a token sees only what stands before it: true for a decoder, false for an encoder
 * @param tokenTypes    rows of a table that tells the parts of a text apart, from 0 to 1024; with it the sum of the embeddings is normalized (BERT)
 */
public record ModelConfig(String family, int vocabSize, int contextLength, int embeddingDim, int numLayers, int numHeads, int numKvHeads, int headDim,
        int hiddenDim, float normEps, boolean biases, boolean tiedOutput,
        String block, String normalization, String position, String feedforward, String activation, float dropout,
        double ropeTheta, RotaryPairing ropePairing, RotaryScaling ropeScaling, AttentionBiases attentionBiases, boolean feedForwardBiases,
        boolean causal, int tokenTypes) {

    /** Which projections of attention add a bias in a model that has none elsewhere. */
    public enum AttentionBiases {
        /** None. */
        NONE,
        /** Queries, keys and values: Qwen 2. */
        QKV,
        /** Queries, keys, values and the output. */
        ALL
    }

    /** A decoder whose heads share the features; rotary positions turn neighbours, unstretched; attention has biases when everything has. */
    public ModelConfig(String family, int vocabSize, int contextLength, int embeddingDim, int numLayers, int numHeads, int numKvHeads,
            int hiddenDim, float normEps, double ropeTheta, boolean biases, boolean tiedOutput,
            String block, String normalization, String position, String feedforward, String activation, float dropout) {
        this(family, vocabSize, contextLength, embeddingDim, numLayers, numHeads, numKvHeads, sharedFeatures(embeddingDim, numHeads), hiddenDim,
                normEps, biases, tiedOutput, block, normalization, position, feedforward, activation, dropout,
                ropeTheta, RotaryPairing.INTERLEAVED, RotaryScaling.NONE, AttentionBiases.NONE, false, true, 0);
    }

    /** @throws Problem that names the first value that makes no model */
    public ModelConfig {
        requireName("family", family);
        requireRange("vocabSize", vocabSize, 1, 1 << 24);
        requireRange("contextLength", contextLength, 1, 1 << 20);
        requireRange("embeddingDim", embeddingDim, 1, 1 << 16);
        requireRange("numLayers", numLayers, 1, 1024);
        requireRange("numHeads", numHeads, 1, 1 << 16);
        requireRange("numKvHeads", numKvHeads, 1, numHeads);
        requireRange("headDim", headDim, 1, 1 << 16);
        requireRange("hiddenDim", hiddenDim, 1, 1 << 20);
        requireRange("numHeads times headDim", (long) numHeads * headDim, 1, 1 << 20);
        if (numHeads % numKvHeads != 0) {
            throw refused(numHeads + " heads with " + numKvHeads + " key-value heads", "every key-value head serves the same number of heads",
                    "make numHeads a multiple of numKvHeads");
        }
        if (!(normEps > 0 && normEps <= 0.1)) {
            throw refused("normEps " + normEps, "it must be above 0 and at most 0.1", "1e-5 is usual");
        }
        requireRange("tokenTypes", tokenTypes, 0, 1024);
        if (!(dropout >= 0 && dropout < 1)) {
            throw refused("dropout " + dropout, "it is a probability from 0 to below 1", "0 switches it off");
        }
        new RotaryConfig(ropePairing, ropeTheta, ropeScaling);                // refuses what turns nothing
        Objects.requireNonNull(attentionBiases, "attentionBiases");
        requireName("block", block);
        requireName("normalization", normalization);
        requireName("position", position);
        requireName("feedforward", feedforward);
        requireName("activation", activation);
    }

    /**
     * HS = C / NH, what a head has in nearly every model.
     *
     * @throws Problem when the heads do not get equal shares
     */
    public static int sharedFeatures(int embeddingDim, int numHeads) {
        requireRange("numHeads", numHeads, 1, Math.max(1, embeddingDim));
        if (embeddingDim % numHeads != 0) {
            throw refused("embeddingDim " + embeddingDim + " with " + numHeads + " heads", "every head gets an equal share of the features",
                    "make embeddingDim a multiple of numHeads");
        }
        return Math.max(1, embeddingDim / numHeads);
    }

    /** How queries and keys turn. */
    public RotaryConfig rotary() {
        return new RotaryConfig(ropePairing, ropeTheta, ropeScaling);
    }

    /** The same model for another vocabulary: presets get theirs from the tokenizer. */
    public ModelConfig withVocabSize(int size) {
        return new ModelConfig(family, size, contextLength, embeddingDim, numLayers, numHeads, numKvHeads, headDim, hiddenDim, normEps,
                biases, tiedOutput, block, normalization, position, feedforward, activation, dropout, ropeTheta, ropePairing,
                ropeScaling, attentionBiases, feedForwardBiases, causal, tokenTypes);
    }

    /** The same model with another dropout. */
    public ModelConfig withDropout(float probability) {
        return new ModelConfig(family, vocabSize, contextLength, embeddingDim, numLayers, numHeads, numKvHeads, headDim, hiddenDim, normEps,
                biases, tiedOutput, block, normalization, position, feedforward, activation, probability, ropeTheta, ropePairing,
                ropeScaling, attentionBiases, feedForwardBiases, causal, tokenTypes);
    }

    /** The same model for reading in both directions, as an encoder does, or in one. */
    public ModelConfig withCausal(boolean oneDirection) {
        return new ModelConfig(family, vocabSize, contextLength, embeddingDim, numLayers, numHeads, numKvHeads, headDim, hiddenDim, normEps,
                biases, tiedOutput, block, normalization, position, feedforward, activation, dropout, ropeTheta, ropePairing,
                ropeScaling, attentionBiases, feedForwardBiases, oneDirection, tokenTypes);
    }

    /** The same model with other blocks. */
    public ModelConfig withBlock(String algorithm) {
        return new ModelConfig(family, vocabSize, contextLength, embeddingDim, numLayers, numHeads, numKvHeads, headDim, hiddenDim, normEps,
                biases, tiedOutput, algorithm, normalization, position, feedforward, activation, dropout, ropeTheta, ropePairing,
                ropeScaling, attentionBiases, feedForwardBiases, causal, tokenTypes);
    }

    /** Whether a norm follows the last block: blocks of kind {@code post-norm} end in one of their own. */
    public boolean finalNorm() {
        return !block.equals("post-norm");
    }

    /** Whether a block has a norm of its own for the feed-forward network: in {@code parallel} blocks both sublayers read the same one. */
    public boolean secondNorm() {
        return !block.equals("parallel");
    }

    /** Number of learned numbers; a tied table counts once. */
    public long parameterCount() {
        return ModelWeights.expectedShapes(this).values().stream().mapToLong(Shape::size).sum();
    }

    /** Sizes, algorithms and number of parameters, a line each. */
    public String summary() {
        return String.format(Locale.ROOT, """
                family         %s
                vocabSize      %,d
                contextLength  %,d
                embeddingDim   %,d
                numLayers      %,d
                numHeads       %,d of %d (%d key-value)
                hiddenDim      %,d
                block          %s
                normalization  %s, eps %s
                position       %s
                feedforward    %s with %s
                output         %s
                biases         %s
                dropout        %s
                attention      %s
                parameters     %,d
                """, family, vocabSize, contextLength, embeddingDim, numLayers, numHeads, headDim, numKvHeads, hiddenDim, block, normalization,
                normEps, position, feedforward, activation, !causal ? "none" : tiedOutput ? "tied to the embedding" : "a table of its own",
                biases ? "yes" : "no", dropout, causal ? "causal" : "in both directions", parameterCount());
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw refused(name + " " + value, "it must be from " + min + " to " + max, "correct " + name + " in the configuration");
        }
    }

    private static void requireName(String name, String value) {
        if (value == null || !value.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw refused(name + " " + (value == null ? "is missing" : "\"" + value + "\""), "it names an algorithm: lower case, digits and hyphens",
                    "correct " + name + " in the configuration");
        }
    }

    private static Problem refused(String value, String why, String fix) {
        return Problem.failed("no model can have " + value, why, fix);
    }
}
