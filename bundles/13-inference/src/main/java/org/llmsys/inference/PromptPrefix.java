package org.llmsys.inference;

import org.llmsys.assembly.StepListener;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The beginning that several prompts have in common, read once. Sequences opened with it begin with a fork of its keys and values: a paged cache
 * shares all full blocks, so their memory is taken once; a contiguous one copies them, which still saves the reading.
 *
 * <pre>{@code
 * try (PromptPrefix rules = engine.prefix(model, model.requireTokenizer().encode(RULES), 512, StepListener.NONE)) {
 *     for (String question : questions) {
 *         try (GenerationSession session = rules.open(model.requireTokenizer().encode(RULES + question), options, StepListener.NONE)) { ... }
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe. May be closed before the sequences that were opened with it.
 */
@ProviderType
public interface PromptPrefix extends AutoCloseable {

    /** The ids read. A copy. */
    int[] ids();

    /**
     * Opens a sequence as {@link InferenceEngine#open} does: the same tokens, the same logits to the bit. With log-probabilities of the prompt
     * asked for nothing is shared, because its logits are wanted.
     *
     * @param promptIds the whole prompt; its beginning is {@link #ids}
     * @throws org.llmsys.assembly.Problem as for any sequence, for a prompt that begins otherwise, and for one that reaches too far
     */
    GenerationSession open(int[] promptIds, GenerationOptions options, StepListener listener);

    /** Gives back the memory that no sequence shares. */
    @Override
    void close();
}
