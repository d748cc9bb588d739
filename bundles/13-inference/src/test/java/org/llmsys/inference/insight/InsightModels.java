package org.llmsys.inference.insight;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** Small models of awkward sizes whose weights are large enough that every part of them shows. */
final class InsightModels {

    /** 29 characters: V. */
    static final String ALPHABET = " abcdefghijklmnopqrstuvwxyz.,";

    private InsightModels() {
    }

    /** Its context holds 23 tokens. */
    static LoadedModel gpt2(Assemblies assemblies) {
        return gpt2(assemblies, 23);
    }

    static LoadedModel gpt2(Assemblies assemblies, int contextLength) {
        return named(assemblies, new ModelConfig("gpt2", ALPHABET.length(), contextLength, 15, 3, 3, 3, 17, 1e-5f, 10000, true, true, "pre-norm",
                "layernorm",
                "learned", "gelu-mlp", "gelu", 0));
    }

    /** Three heads of queries share one of keys. */
    static LoadedModel llama(Assemblies assemblies) {
        return named(assemblies, new ModelConfig("llama", ALPHABET.length(), 23, 12, 2, 3, 1, 19, 1e-5f, 10000, false, true, "pre-norm", "rmsnorm",
                "rope", "swiglu", "silu", 0));
    }

    private static LoadedModel named(Assemblies assemblies, ModelConfig config) {
        ModelWeights weights = ModelWeights.initialize(config, 5);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            float[] elements = w.value().floats();
            for (int i = 0; i < elements.length; i++) {
                elements[i] *= 12;
            }
        });
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "char")) {
            Tokenizer tokenizer = type.provider().train(ALPHABET, TokenizerType.TrainingSettings.DEFAULTS, Job.silent("test"));
            return new LoadedModel("tiny", new TransformerModel(config, weights), tokenizer);
        }
    }
}
