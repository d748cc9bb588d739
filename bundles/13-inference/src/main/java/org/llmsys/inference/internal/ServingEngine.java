package org.llmsys.inference.internal;

import java.util.function.Function;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.PromptPrefix;
import org.llmsys.inference.SessionMemory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Whichever engine serves the slot at the moment: what a person chose with {@code use engine NAME}, for who does not care which one it is. It fills
 * no slot itself. Its sequences follow a choice that changes while they are written.
 */
@Component(service = InferenceEngine.class, property = {"llmsys.engine=serving", "service.ranking:Integer=-1000"})
public final class ServingEngine implements InferenceEngine {

    private static final String SLOT = "engine";

    private final Assemblies assemblies;

    @Activate
    public ServingEngine(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    /** The name of who serves now. */
    String serving() {
        return assemblies.current().serving(SLOT, Need.ANY).map(Candidate::name).orElseThrow(() -> Problem.failed("no engine can write",
                "slot " + SLOT + " is empty", "start the bundle org.llmsys.inference, or one with an engine of its own"));
    }

    /** Asks an engine by its name, which is held only so long: its bundle may go between two tokens. */
    <T> T with(String name, Function<InferenceEngine, T> question) {
        try (Assemblies.Held<InferenceEngine> held = assemblies.hold(InferenceEngine.class, name)) {
            return question.apply(held.provider());
        }
    }

    @Override
    public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
        return new FollowingSequence(this, model, promptIds, options, listener);
    }

    @Override
    public PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener) {
        return with(serving(), engine -> engine.prefix(model, ids, reach, listener));
    }

    @Override
    public SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options) {
        return with(serving(), engine -> engine.memoryOf(model, promptLength, options));
    }

    /** Of the engine that serves now: limits count what one engine gives out. */
    @Override
    public InferenceEngine within(EngineLimits limits) {
        return with(serving(), engine -> engine.within(limits));
    }
}
