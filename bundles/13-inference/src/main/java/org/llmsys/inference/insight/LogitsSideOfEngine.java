package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;

/**
 * An engine with a tap in front of its sampler. The first part it reads is its prompt; after that it writes, and the tap lets through the token that
 * the comparison goes on with, so that both sides read the same.
 */
final class LogitsSideOfEngine implements LogitsSide {

    private final LogitsTaps taps;
    private final LogitsSource.OfEngine source;
    private final int steps;
    private final StepListener listener;
    private GenerationSession session;

    /** @param steps tokens it will write at most */
    LogitsSideOfEngine(Assemblies assemblies, LogitsSource.OfEngine source, int steps, StepListener listener) {
        this.taps = new LogitsTaps(assemblies, source.pinned());
        this.source = source;
        this.steps = steps;
        this.listener = listener;
    }

    @Override
    public List<float[]> read(int[] ids, int next, LogitsLook look) {
        if (session == null) {
            GenerationOptions options = new GenerationOptions(steps, "greedy", LogitsTaps.between(List.of()), 0, List.of());
            LoadedModel unnamed = new LoadedModel(source.model().name(), source.model().model(), null);      // all of V, and no token ends the text
            session = LogitsEngines.over(source.engine(), taps).open(unnamed, ids, options, listener);
        }
        taps.letThrough(next);
        if (session.next() == null) {
            throw Problem.failed("the engine " + source.engine() + " wrote fewer tokens than the comparison needs", "it ended by "
                    + session.stopReason(), "give fewer --steps");
        }
        return List.of(taps.seen(0));
    }

    @Override
    public boolean open() {
        return false;
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
