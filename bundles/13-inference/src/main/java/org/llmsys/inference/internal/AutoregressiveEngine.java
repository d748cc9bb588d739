package org.llmsys.inference.internal;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
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
@Component
@Provider(slot = "engine", algorithm = "autoregressive", name = "single", summary = "one sequence, one token a step, keys and values cached")
public final class AutoregressiveEngine implements InferenceEngine {

    private final Assemblies assemblies;

    @Activate
    public AutoregressiveEngine(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
        return new SequenceOpening(assemblies).open(model, promptIds, options, listener, (cache, choice, sampler) ->
                new StepsAlone(assemblies.runner("generate", DecodingPlan.blueprint(model.model(), sampler), listener), cache, choice));
    }
}
