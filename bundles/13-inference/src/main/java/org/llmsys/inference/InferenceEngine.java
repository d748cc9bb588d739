package org.llmsys.inference;

import org.llmsys.assembly.Slot;
import org.llmsys.assembly.StepListener;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens sequences over a model. Stateless and thread-safe.
 *
 * <pre>{@code
 * int[] prompt = model.requireTokenizer().encode("The old clock");
 * try (GenerationSession session = engine.open(model, prompt, GenerationOptions.greedy(40), StepListener.NONE)) {
 *     for (GeneratedToken token = session.next(); token != null; token = session.next()) {
 *         System.out.print(token.text());
 *     }
 * }
 * }</pre>
 */
@Slot("engine")
@ProviderType
public interface InferenceEngine {

    /**
     * @param promptIds at least one id, fewer than the context length; with {@link GenerationOptions#slide} any number, of which the
     *                  last half context counts when there are too many. Not kept
     * @param listener  hears of pauses, repeats and quarantines
     * @return the sequence; it holds memory until it is closed
     * @throws org.llmsys.assembly.Problem for a prompt that does not fit, or a sampler, filter or option that is not known
     */
    GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener);
}
