package org.llmsys.inference;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** Small models with weights of some size, so that what they write is neither constant nor understandable. */
final class TinyModels {

    private static final String ALPHABET = " abcdefghijklmnopqrstuvwxyz.";

    private TinyModels() {
    }

    static LoadedModel characters(Assemblies assemblies, int contextLength) {
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "char")) {
            Tokenizer tokenizer = type.provider().train(ALPHABET, TokenizerType.TrainingSettings.DEFAULTS, Job.silent("test"));
            return new LoadedModel("tiny", model(tokenizer.vocabSize(), contextLength), tokenizer);
        }
    }

    static TransformerModel model(int vocabSize, int contextLength) {
        return model(gpt2(vocabSize, contextLength, 16, 2, 4, 32));
    }

    /** As GPT-2, with half as many key heads as heads. */
    static ModelConfig gpt2(int vocabSize, int contextLength, int embeddingDim, int layers, int heads, int hidden) {
        return gpt2(vocabSize, contextLength, embeddingDim, layers, heads, hidden, "learned");
    }

    static ModelConfig gpt2(int vocabSize, int contextLength, int embeddingDim, int layers, int heads, int hidden, String position) {
        return new ModelConfig("gpt2", vocabSize, contextLength, embeddingDim, layers, heads, heads / 2, hidden, 1e-5f, 10000, true, true,
                "pre-norm", "layernorm", position, "gelu-mlp", "gelu", 0);
    }

    /** As Llama: rotary positions, RMSNorm, SwiGLU, grouped queries. */
    static ModelConfig llama(int vocabSize, int contextLength, int embeddingDim, int layers, int heads, int hidden) {
        return new ModelConfig("llama", vocabSize, contextLength, embeddingDim, layers, heads, heads / 2, hidden, 1e-5f, 10000, false, true,
                "pre-norm", "rmsnorm", "rope", "swiglu", "silu", 0);
    }

    static TransformerModel model(ModelConfig config) {
        ModelWeights weights = ModelWeights.initialize(config, 3);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            float[] elements = w.value().floats();
            for (int i = 0; i < elements.length; i++) {
                elements[i] *= 15;
            }
        });
        return new TransformerModel(config, weights);
    }
}
