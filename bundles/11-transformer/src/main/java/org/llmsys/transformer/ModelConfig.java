package org.llmsys.transformer;

/**
 * What a model is: its sizes, and the algorithm of each slot it needs. With the weights, all there is to know.
 *
 * @param family        {@code gpt2}: the naming of the weights
 * @param vocabSize     V
 * @param contextLength most positions
 * @param embeddingDim  C
 * @param numLayers     L
 * @param numHeads      NH; C is a multiple of it
 * @param numKvHeads    NKV; NH is a multiple of it
 * @param hiddenDim     F
 * @param normEps       added to the variance
 * @param ropeTheta     base of rotary angles (unused by others)
 * @param biases        whether linear layers and norms have biases
 * @param tiedOutput    whether the output projection is the embedding table
 * @param block         algorithm in slot block: {@code pre-norm}
 * @param normalization algorithm in slot normalization: {@code layernorm}
 * @param position      algorithm in slot position: {@code learned}, {@code sinusoidal}
 * @param feedforward   algorithm in slot feedforward: {@code gelu-mlp}
 * @param activation    algorithm in slot activation: {@code gelu}, {@code gelu-tanh}
 * @param dropout       probability in training
 */
public record ModelConfig(String family, int vocabSize, int contextLength, int embeddingDim, int numLayers, int numHeads, int numKvHeads,
        int hiddenDim, float normEps, double ropeTheta, boolean biases, boolean tiedOutput,
        String block, String normalization, String position, String feedforward, String activation, float dropout) {

    /** HS = C / NH. */
    public int headDim() {
        return embeddingDim / numHeads;
    }
}
