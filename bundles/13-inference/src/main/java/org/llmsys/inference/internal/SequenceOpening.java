package org.llmsys.inference.internal;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

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
import org.llmsys.inference.PromptPrefix;
import org.llmsys.inference.SessionMemory;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;

/** What opening a sequence takes, whatever engine runs it: the checks, the memory and its limit, the cache and the filters. */
record SequenceOpening(Assemblies assemblies, Admission admission, SequenceSteps steps) {

    /** What opening a sequence asks for. */
    private record Memory(Need<KvCacheFactory> caches, Need<TensorAllocator> allocator) {
    }

    /** A cache, and the permission to hold it. */
    private record Room(KvCache cache, Admission.Ticket ticket) {
    }

    /**
     * @throws Problem for a prompt that does not fit, a sampler, filter or option that is not known, or a sequence beyond the engine's limits
     */
    GenerationSession open(SequenceRequest request) {
        request.requireFit();
        try (StepRunner<Memory> runner = memory(request.listener())) {
            return open(request, room(runner, request, request.spec()));
        }
    }

    /**
     * The same, with a cache that holds the beginning of the prompt already.
     *
     * @param held ids that it holds
     * @param fork makes it, of the capacity that the request asks for
     */
    GenerationSession continued(SequenceRequest request, int held, Supplier<KvCache> fork) {
        request.requireFit();
        Admission.Ticket ticket;
        try (StepRunner<Memory> runner = memory(request.listener())) {
            ticket = admission.session(steps.own(need(maxBytes(runner, request.spec()), request, held)));
        }
        KvCache cache;
        try {
            cache = fork.get();
        } catch (RuntimeException | Error e) {
            ticket.close();
            throw e;
        }
        return open(request, new Room(cache, ticket));
    }

    private GenerationSession open(SequenceRequest request, Room room) {
        try {
            LoadedModel model = request.model();
            GenerationOptions options = request.options();
            List<NamedFilter> filters = NamedFilter.create(options.filters(), model.model().config().vocabSize(), assemblies);
            String sampler = DecodingPlan.samplerAlgorithm(options.sampler(), assemblies);
            TokenSteps tokens = steps.open(request, room.cache, new TokenChoice(model, options, filters), sampler);
            return new WrittenSequence(request, tokens, room.cache, filters, room.ticket);
        } catch (RuntimeException | Error e) {
            room.cache.close();
            room.ticket.close();
            throw e;
        }
    }

    /** Reads the beginning of prompts to come. */
    PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener) {
        ModelConfig config = model.model().config();
        if (reach <= ids.length || reach > config.contextLength()) {
            throw Problem.misused("a prefix of " + ids.length + " tokens cannot reach " + reach, "sequences go on from it, within the model's context"
                    + " of " + config.contextLength(), "give a reach of more than its own tokens and at most the context");
        }
        SequenceRequest request = new SequenceRequest(model, ids.clone(), GenerationOptions.greedy(reach - ids.length), listener);
        request.requireFit();
        Room room;
        try (StepRunner<Memory> runner = memory(listener)) {
            room = room(runner, request, request.spec());
        }
        try (TokenSteps tokens = steps.open(request, room.cache, new TokenChoice(model, request.options(), List.of()), Need.ANY)) {
            for (int from = 0; from < ids.length; from += Reading.CHUNK) {
                int[] chunk = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + Reading.CHUNK));
                tokens.read(new Reading(chunk, from + chunk.length, false, null), prediction -> { });
            }
            return new ReadPrefix(this, request, room.cache, room.ticket);
        } catch (RuntimeException | Error e) {
            room.cache.close();
            room.ticket.close();
            throw e;
        }
    }

    /** The most memory such a sequence takes. */
    SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options) {
        SequenceRequest request = new SequenceRequest(model, new int[promptLength], options, StepListener.NONE);
        try (StepRunner<Memory> runner = memory(StepListener.NONE)) {
            return need(maxBytes(runner, request.spec()), request, 0);
        }
    }

    // ---- memory -----------------------------------------------------------------------------------------------------------------

    private StepRunner<Memory> memory(StepListener listener) {
        return assemblies.runner("generate", needs -> new Memory(needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener);
    }

    private SessionMemory need(long cacheBytes, SequenceRequest request, int held) {
        long row = 4L * request.model().model().config().vocabSize();
        long logits = Math.multiplyExact(2, row);                // what the model said, and the copy that is filtered
        return new SessionMemory(cacheBytes, logits, steps.workspace(request, held));
    }

    private static long maxBytes(StepRunner<Memory> runner, CacheSpec spec) {
        return runner.run((memory, step) -> step.get(memory.caches()).maxBytes(spec));
    }

    /** Asks first and takes then; should another provider serve by then, which needs more, it asks again. */
    private Room room(StepRunner<Memory> runner, SequenceRequest request, CacheSpec spec) {
        for (;;) {
            long bytes = maxBytes(runner, spec);
            Admission.Ticket ticket = admission.session(steps.own(need(bytes, request, 0)));
            KvCache cache;
            try {
                cache = runner.run((memory, step) -> {
                    KvCacheFactory caches = step.get(memory.caches());
                    return caches.maxBytes(spec) > bytes ? null : caches.create(spec, step.get(memory.allocator()));
                });
            } catch (RuntimeException | Error e) {
                ticket.close();
                throw e;
            }
            if (cache != null) {
                return new Room(cache, ticket);
            }
            ticket.close();
        }
    }
}
