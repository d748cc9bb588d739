package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;

/**
 * An engine of this room over a workbench with a {@linkplain LogitsTaps tap}: a chosen assembly serves it, and the tap in front of the sampler lets
 * one id through, so that a sequence goes the way of the comparison without being opened anew.
 */
final class TappedEngine implements LogitsEngine {

    static final String BATCHED = "batched";
    /** The engines that can be opened so. */
    static final List<String> NAMES = List.of("single", BATCHED);

    private final LogitsTaps taps;
    private final InferenceEngine engine;

    /** @param pinned serves every step */
    TappedEngine(String name, Assemblies assemblies, Assembly pinned) {
        this.taps = new LogitsTaps(assemblies, pinned);
        this.engine = name.equals(BATCHED) ? new ContinuousBatching(taps) : new AutoregressiveEngine(taps);
    }

    @Override
    public GenerationSession open(LoadedModel model, int[] ids, int tokens, StepListener listener) {
        return engine.open(model, ids, new GenerationOptions(tokens, "greedy", LogitsTaps.between(List.of()), 0, List.of()), listener);
    }

    @Override
    public GenerationSession beside(LoadedModel model, int[] ids, int tokens, StepListener listener) {
        return engine.open(model, ids, GenerationOptions.greedy(tokens), listener);
    }

    @Override
    public void letThrough(int id) {
        taps.letThrough(id);
    }

    @Override
    public void close() {
        // nothing is held
    }
}
