package org.llmsys.inference.internal;

import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.PromptPrefix;
import org.llmsys.inference.SessionMemory;

/** What engines have in common whose sequences differ only in how they take their {@linkplain SequenceSteps steps}. */
abstract class SequenceEngine implements InferenceEngine {

    private final SequenceOpening opening;

    SequenceEngine(SequenceOpening opening) {
        this.opening = opening;
    }

    @Override
    public final GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
        return opening.open(new SequenceRequest(model, promptIds, options, listener));
    }

    @Override
    public final PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener) {
        return opening.prefix(model, ids, reach, listener);
    }

    @Override
    public final SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options) {
        return opening.memoryOf(model, promptLength, options);
    }
}
