package org.llmsys.inference;

import org.llmsys.assembly.Slot;
import org.llmsys.assembly.StepListener;
import org.osgi.annotation.versioning.ProviderType;

/** Opens sequences over a model. Stateless and thread-safe. */
@Slot("engine")
@ProviderType
public interface InferenceEngine {

    /**
     * @param promptIds at least one id, fewer than the context length
     * @param listener  hears of pauses, repeats and quarantines
     */
    GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener);
}
