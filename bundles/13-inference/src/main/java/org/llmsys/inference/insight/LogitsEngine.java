package org.llmsys.inference.insight;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;

/** An engine that a comparison listens to. It outlives its sequences. */
interface LogitsEngine extends AutoCloseable {

    /** The engine that a side names. @throws org.llmsys.assembly.Problem when it went away since */
    static LogitsEngine of(LogitsSource.OfEngine source, Assemblies assemblies) {
        return TappedEngine.NAMES.contains(source.engine()) ? new TappedEngine(source.engine(), assemblies, source.pinned())
                : new ServedEngine(source.engine(), assemblies);
    }

    /** The sequence that is listened to. */
    GenerationSession open(LoadedModel model, int[] ids, int tokens, StepListener listener);

    /** A sequence beside it, which writes what it likes. */
    GenerationSession beside(LoadedModel model, int[] ids, int tokens, StepListener listener);

    /** Says what the sequence shall write next, -1 for what it finds likeliest. An engine that cannot be told writes what it finds likeliest. */
    void letThrough(int id);

    @Override
    void close();
}
