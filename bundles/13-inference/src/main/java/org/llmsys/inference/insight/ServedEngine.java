package org.llmsys.inference.insight;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;

/** Any engine of slot {@code engine}, as the workbench has it: nobody tells it what to write, and its sessions say what the model said. */
final class ServedEngine implements LogitsEngine {

    private final Assemblies.Held<InferenceEngine> held;

    ServedEngine(String name, Assemblies assemblies) {
        this.held = assemblies.hold(InferenceEngine.class, name);
    }

    @Override
    public GenerationSession open(LoadedModel model, int[] ids, int tokens, StepListener listener) {
        return held.provider().open(model, ids, GenerationOptions.greedy(tokens), listener);
    }

    @Override
    public GenerationSession beside(LoadedModel model, int[] ids, int tokens, StepListener listener) {
        return open(model, ids, tokens, listener);
    }

    @Override
    public void letThrough(int id) {
        // it writes what it finds likeliest; where that is another, the side opens a new sequence
    }

    @Override
    public void close() {
        held.close();
    }
}
