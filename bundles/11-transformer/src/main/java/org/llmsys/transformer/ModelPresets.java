package org.llmsys.transformer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/**
 * Well-known shapes by name. Those for learning here take their vocabulary from the tokenizer ({@link ModelConfig#withVocabSize}).
 *
 * <pre>
 *   tiny         2 layers, C 32, context 32       trains in seconds; tests and tours use it
 *   char-small   4 layers, C 128, context 64      the usual configuration for character-level Shakespeare on a CPU
 *   gpt2         12 layers, C 768, context 1024   GPT-2 small, 124M parameters
 *   stories15M   6 layers, C 288, context 256     the shape of the TinyStories Llama of 15M parameters
 *   stories260K  5 layers, C 64, context 512      the shape of the TinyStories Llama of 260K parameters
 * </pre>
 *
 * @see <a href="https://github.com/karpathy/nanoGPT">nanoGPT, for char-small</a>; <a href="https://huggingface.co/karpathy/tinyllamas">TinyStories Llamas</a>
 */
public final class ModelPresets {

    /** Printable ASCII and the line feed: a stand-in until the tokenizer is known. */
    private static final int CHARACTERS = 96;

    private static final Map<String, ModelConfig> PRESETS = new LinkedHashMap<>();

    static {
        PRESETS.put("tiny", characters(32, 32, 2, 2));
        PRESETS.put("char-small", characters(64, 128, 4, 4));
        PRESETS.put("gpt2", new ModelConfig("gpt2", 50257, 1024, 768, 12, 12, 12, 3072, 1e-5f, 10000, true, true,
                "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu-tanh", 0.1f));
        PRESETS.put("stories15M", llama(32000, 256, 288, 6, 6, 6, 768));
        PRESETS.put("stories260K", llama(512, 512, 64, 5, 8, 4, 172));
    }

    private ModelPresets() {
    }

    /** Names of all presets. */
    public static Set<String> names() {
        return PRESETS.keySet();
    }

    /** @throws Problem for an unknown name, with the nearest known one */
    public static ModelConfig named(String name) {
        ModelConfig config = PRESETS.get(name);
        if (config == null) {
            throw Problem.misused("there is no preset " + name, "presets are " + String.join(", ", names()), Names.suggestion(name, names()));
        }
        return config;
    }

    /** No biases, exact GELU, tied output, learned positions, no dropout. */
    private static ModelConfig characters(int contextLength, int embeddingDim, int numLayers, int numHeads) {
        return new ModelConfig("gpt2", CHARACTERS, contextLength, embeddingDim, numLayers, numHeads, numHeads, 4 * embeddingDim, 1e-5f, 10000,
                false, true, "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu", 0);
    }

    private static ModelConfig llama(int vocabSize, int contextLength, int embeddingDim, int numLayers, int numHeads, int numKvHeads, int hiddenDim) {
        return new ModelConfig("llama", vocabSize, contextLength, embeddingDim, numLayers, numHeads, numKvHeads, hiddenDim, 1e-5f, 10000,
                false, true, "pre-norm", "rmsnorm", "rope", "swiglu", "silu", 0);
    }
}
