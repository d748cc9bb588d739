package org.llmsys.inference.internal;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Provider;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.InferenceEngine;
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
 * <p>A sequence writes the same tokens as by itself. Sequences over different models do not meet. At most {@link #SESSIONS} are open at once, or as
 * many as its limits say.
 */
@Component(service = InferenceEngine.class, property = "service.ranking:Integer=-10")
@Provider(slot = "engine", algorithm = "autoregressive", name = "batched", summary = "sequences that wait at the same time share a step",
        reference = "Yu et al. 2022 (Orca)")
public final class ContinuousBatching extends SequenceEngine {

    /** Twice as many as a step has rows: more would only wait. */
    static final int SESSIONS = 2 * SharedSteps.MOST_ROWS;

    private final Assemblies assemblies;

    @Activate
    public ContinuousBatching(@Reference Assemblies assemblies) {
        this(assemblies, EngineLimits.NONE);
    }

    private ContinuousBatching(Assemblies assemblies, EngineLimits limits) {
        this(assemblies, new Admission(new EngineLimits(limits.bytes(), Math.min(SESSIONS, limits.sessions()))));
    }

    private ContinuousBatching(Assemblies assemblies, Admission admission) {
        super(new SequenceOpening(assemblies, admission, new SharedModels(assemblies, admission)));
        this.assemblies = assemblies;
    }

    @Override
    public InferenceEngine within(EngineLimits limits) {
        return new ContinuousBatching(assemblies, limits);
    }
}
