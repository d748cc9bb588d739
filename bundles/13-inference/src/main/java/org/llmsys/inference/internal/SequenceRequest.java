package org.llmsys.inference.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.LoadedModel;
import org.llmsys.transformer.ModelConfig;

/** What somebody wants to be written, and whether that can be. */
record SequenceRequest(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {

    /** @throws Problem for a prompt or stop token that does not fit the model, or stop texts without a tokenizer */
    void requireFit() {
        ModelConfig config = model.model().config();
        if (promptIds.length == 0) {
            throw Problem.misused("the prompt has no tokens", "the model continues a text, so it needs at least one token", "give a prompt");
        }
        if (promptIds.length + Math.min(1, options.maxTokens()) > config.contextLength() && !options.slide()) {
            throw Problem.failed("the prompt is too long", "it has " + promptIds.length + " tokens, and the model's context holds "
                    + config.contextLength() + ", the next token included", "use a shorter prompt, or a model with a longer context");
        }
        for (int id : promptIds) {
            requireKnown("the prompt holds token id " + id, id, config.vocabSize(), "use the tokenizer that belongs to the model");
        }
        for (int id : options.stopTokens()) {
            requireKnown("a stop token is " + id, id, config.vocabSize(), "give ids of this model's vocabulary: ./llmsys tokenize shows them");
        }
        if (!options.stopTexts().isEmpty()) {
            model.requireTokenizer();
        }
    }

    private static void requireKnown(String what, int id, int vocabSize, String fix) {
        if (id < 0 || id >= vocabSize) {
            throw Problem.failed(what, "the model knows ids 0 to " + (vocabSize - 1), fix);
        }
    }

    /** Room for as many positions as the sequence can reach. */
    CacheSpec spec() {
        return spec(model.model().config(), reach(promptIds.length, options));
    }

    static CacheSpec spec(ModelConfig config, long reach) {
        return new CacheSpec(config.numLayers(), config.numKvHeads(), config.headDim(), (int) Math.min(config.contextLength(), reach));
    }

    /** Tokens of the whole sequence at most. */
    static long reach(int promptLength, GenerationOptions options) {
        return (long) promptLength + options.maxTokens();
    }
}
