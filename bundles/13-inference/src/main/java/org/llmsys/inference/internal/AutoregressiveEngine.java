package org.llmsys.inference.internal;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Provider;
import org.llmsys.attention.KvCache;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.SessionMemory;
import org.llmsys.transformer.ModelConfig;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Writes one sequence at a time, one token a step, each step on its own lease: any algorithm may change between two tokens.
 *
 * <pre>
 *   p(id_1 ... id_n) = Π p(id_t | id_1 ... id_(t-1))
 * </pre>
 *
 * <p>The cache and the filters of a sequence are made when it opens and are the session's own from then on.
 */
@Component(service = InferenceEngine.class)
@Provider(slot = "engine", algorithm = "autoregressive", name = "single", summary = "one sequence, one token a step, keys and values cached")
public final class AutoregressiveEngine extends SequenceEngine {

    private final Assemblies assemblies;

    @Activate
    public AutoregressiveEngine(@Reference Assemblies assemblies) {
        this(assemblies, EngineLimits.NONE);
    }

    private AutoregressiveEngine(Assemblies assemblies, EngineLimits limits) {
        super(new SequenceOpening(assemblies, new Admission(limits), new Alone(assemblies)));
        this.assemblies = assemblies;
    }

    /** Every sequence has a runner and a workspace of its own. */
    private record Alone(Assemblies assemblies) implements SequenceSteps {

        @Override
        public TokenSteps open(SequenceRequest request, KvCache cache, TokenChoice choice, String samplerAlgorithm) {
            Blueprint<DecodingPlan> plan = DecodingPlan.blueprint(request.model().model(), samplerAlgorithm);
            return new StepsAlone(assemblies.runner("generate", plan, request.listener()), cache, choice);
        }

        /** A prompt longer than the context is cut as a full context is, and is read from its first id that is left. */
        @Override
        public long workspace(SequenceRequest request, int held) {
            ModelConfig config = request.model().model().config();
            GenerationOptions options = request.options();
            int again = options.slide() ? Math.max(1, config.contextLength() / 2) : 0;
            int prompt = request.promptIds().length;
            int unread = prompt > config.contextLength() ? again : prompt - held;
            return new WorkspaceBound(config).alone(options.maxTokens() == 0 ? unread - 1 : unread, again, options.measuresPrompt());
        }

        @Override
        public long own(SessionMemory memory) {
            return memory.bytes();
        }
    }

    @Override
    public InferenceEngine within(EngineLimits limits) {
        return new AutoregressiveEngine(assemblies, limits);
    }
}
