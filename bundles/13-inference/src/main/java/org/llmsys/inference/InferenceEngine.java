package org.llmsys.inference;

import org.llmsys.assembly.Slot;
import org.llmsys.assembly.StepListener;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens sequences over a model. Thread-safe; remembers nothing but how much its open sequences may take.
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
     * @param promptIds at least one id, fewer than the context length (as many, when no token is to be written); with
     *                  {@link GenerationOptions#slide} any number, of which the last half context counts when there are too many. Not kept
     * @param listener  hears of pauses, repeats and quarantines
     * @return the sequence; it holds memory until it is closed
     * @throws org.llmsys.assembly.Problem for a prompt that does not fit, a sampler, filter, option or stop token that is not known, or a sequence
     *                                     beyond the engine's limits
     */
    GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener);

    /**
     * Reads what several prompts begin with, once for all of them.
     *
     * @param ids   at least one
     * @param reach most tokens of a sequence that goes on from here, prompt and continuation together; more than {@code ids}, at most the context
     * @throws org.llmsys.assembly.Problem as for {@link #open}
     */
    PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener);

    /**
     * The most memory that such a sequence takes, read from its first id on: computed from the sizes, nothing is allocated. One that goes on from a
     * {@link PromptPrefix} is counted when it is opened, by the chunks in which it reads the rest.
     */
    SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options);

    /** An engine of the same kind whose sequences together stay within limits: one that would go beyond is refused when it is opened. */
    InferenceEngine within(EngineLimits limits);
}
