package org.llmsys.inference.internal;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;

/** What opening a sequence takes, whatever engine runs it: the checks, the cache and the filters. */
record SequenceOpening(Assemblies assemblies) {

    /** What opening a sequence asks for. */
    private record Memory(Need<KvCacheFactory> caches, Need<TensorAllocator> allocator) {
    }

    /** How a sequence will take its steps; owns nothing when it fails. */
    @FunctionalInterface
    interface StepsMaker {
        TokenSteps make(KvCache cache, TokenChoice choice, String samplerAlgorithm);
    }

    /**
     * @throws Problem for a prompt that does not fit, or a sampler, filter or option that is not known
     */
    GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener, StepsMaker maker) {
        ModelConfig config = model.model().config();
        requireFit(model, config, promptIds, options);
        KvCache cache = cache(spec(config, promptIds.length, options), listener);
        try {
            List<NamedFilter> filters = NamedFilter.create(options.filters(), assemblies);
            String sampler = DecodingPlan.samplerAlgorithm(options.sampler(), assemblies);
            TokenSteps steps = maker.make(cache, new TokenChoice(model, options, filters), sampler);
            return new WrittenSequence(model, promptIds, options, steps, cache, filters);
        } catch (RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    private static void requireFit(LoadedModel model, ModelConfig config, int[] promptIds, GenerationOptions options) {
        if (promptIds.length == 0) {
            throw Problem.misused("the prompt has no tokens", "the model continues a text, so it needs at least one token", "give a prompt");
        }
        if (promptIds.length >= config.contextLength() && !options.slide()) {
            throw Problem.failed("the prompt is too long", "it has " + promptIds.length + " tokens, and the model's context holds " + config.contextLength()
                    + ", the next token included", "use a shorter prompt, or a model with a longer context");
        }
        for (int id : promptIds) {
            if (id < 0 || id >= config.vocabSize()) {
                throw Problem.failed("the prompt holds token id " + id, "the model knows ids 0 to " + (config.vocabSize() - 1), "use the tokenizer that belongs to the model");
            }
        }
        if (!options.stopTexts().isEmpty()) {
            model.requireTokenizer();
        }
    }

    /** Room for as many positions as the sequence can reach. */
    private static CacheSpec spec(ModelConfig config, int promptLength, GenerationOptions options) {
        long reach = (long) promptLength + options.maxTokens();
        int capacity = (int) Math.min(config.contextLength(), reach);
        return new CacheSpec(config.numLayers(), config.numKvHeads(), config.headDim(), capacity);
    }

    private KvCache cache(CacheSpec spec, StepListener listener) {
        try (StepRunner<Memory> runner = assemblies.runner("generate", needs -> new Memory(
                needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM), needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener)) {
            return runner.run((opening, step) -> step.get(opening.caches()).create(spec, step.get(opening.allocator())));
        }
    }
}
