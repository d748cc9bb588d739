package org.llmsys.inference;

import java.util.List;

import org.llmsys.assembly.Problem;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One sequence being written, opened by an {@link InferenceEngine}. Nothing is computed before it is asked for: whoever reads slowly is written to
 * slowly. For one thread; {@link #cancel} from any.
 */
@ProviderType
public interface GenerationSession extends AutoCloseable {

    /**
     * Writes one more token. Waits while a provider that the model needs is missing.
     *
     * @return the token, or null when the sequence has ended
     * @throws org.llmsys.assembly.Problem when the step cannot be done; the sequence is as before, and may be tried again
     */
    GeneratedToken next();

    /**
     * Why it ended, known from its last token on: {@code length}, {@code stop}, {@code end}, {@code context}, {@code cancelled}; null while it
     * goes on.
     */
    String stopReason();

    /**
     * The prompt's tokens as the model saw them come, one entry a token; known once {@link #next} has been called, with a maximum of 0 tokens too.
     * Of the first token, and of those that a sliding context never read, nothing is known. Empty when the options did not ask for it.
     */
    List<LogProbabilities> promptLogProbabilities();

    /**
     * What the model said at the last call of {@link #next}: one number for each id, before any filter.
     *
     * @return shape (V), a copy; null before the first call, and when the last one ended without asking the model
     * @throws org.llmsys.assembly.Problem when the engine does not tell its logits, which is what an engine does that has no answer of its own
     */
    default float[] logits() {
        throw Problem.failed("this engine does not tell its logits", getClass().getName() + " answers with tokens only",
                "choose another engine, such as single, or mend its GenerationSession.logits()");
    }

    /** Ends the sequence before its next token. */
    void cancel();

    /** Gives its memory back. */
    @Override
    void close();

    /**
     * @param id       the token; {@link #TEXT_ONLY} when none was written and only text that had been held back comes, at the end
     * @param text     the text it adds; may be empty while a character is incomplete
     * @param model    how likely the model found it; null when nobody asked
     * @param filtered how likely it was after the filters, among what they left; null when nobody asked
     */
    record GeneratedToken(int id, String text, LogProbabilities model, LogProbabilities filtered) {

        /** No id: see {@link #id}. */
        public static final int TEXT_ONLY = -1;

        /** Nothing measured. */
        public GeneratedToken(int id, String text) {
            this(id, text, null, null);
        }
    }
}
