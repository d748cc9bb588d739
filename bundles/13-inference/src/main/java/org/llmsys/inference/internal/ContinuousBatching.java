package org.llmsys.inference.internal;

import java.util.IdentityHashMap;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.TransformerModel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Writes many sequences over one model at once: those that wait for a token at the same time share a step ({@link SharedSteps}), so the
 * weights are read once for all of them. Each sequence is asked from a thread of its own, a virtual one will do.
 *
 * <pre>
 *   tokens a second = sequences in a step / (time to read the weights + their arithmetic)
 * </pre>
 *
 * <p>A sequence writes the same tokens as by itself. Sequences over different models do not meet.
 */
@Component(property = "service.ranking:Integer=-10")
@Provider(slot = "engine", algorithm = "autoregressive", name = "batched", summary = "sequences that wait at the same time share a step",
        reference = "Yu et al. 2022 (Orca)")
public final class ContinuousBatching implements InferenceEngine {

    private final Assemblies assemblies;
    /** The shared steps of every model that has a sequence open, and how many. */
    private final Map<TransformerModel, Sharing> sharings = new IdentityHashMap<>();

    private static final class Sharing {

        private final SharedSteps steps;
        private int sequences;

        Sharing(SharedSteps steps) {
            this.steps = steps;
        }
    }

    @Activate
    public ContinuousBatching(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
        return new SequenceOpening(assemblies).open(model, promptIds, options, listener, (cache, choice, sampler) -> {
            SharedSteps shared = enter(model.model(), listener);
            return new StepsTogether(shared.join(), assemblies.runner("choose", needs -> needs.add(Sampler.class, sampler), listener), cache, choice,
                    () -> leave(model.model()));
        });
    }

    /** The first sequence's listener hears what happens to the shared steps. */
    private synchronized SharedSteps enter(TransformerModel model, StepListener listener) {
        Sharing sharing = sharings.computeIfAbsent(model, key -> new Sharing(new SharedSteps(assemblies.runner("generate", needs -> new SharedSteps.Plan(
                model.network(needs), needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener))));
        sharing.sequences++;
        return sharing.steps;
    }

    private synchronized void leave(TransformerModel model) {
        Sharing sharing = sharings.get(model);
        if (--sharing.sequences == 0) {
            sharings.remove(model);
            sharing.steps.close();
        }
    }
}
