package org.llmsys.inference;

import org.osgi.annotation.versioning.ProviderType;

/** One sequence being written, opened by an {@link InferenceEngine}. For one thread; {@link #cancel} from any. */
@ProviderType
public interface GenerationSession extends AutoCloseable {

    /**
     * Writes one more token. Waits while a provider that the model needs is missing.
     *
     * @return the token, or null when the sequence has ended
     * @throws org.llmsys.assembly.Problem when the step cannot be done; the sequence is as before, and may be tried again
     */
    GeneratedToken next();

    /** Why it ended, known from its last token on: {@code length}, {@code stop}, {@code end}, {@code context}, {@code cancelled}; null while it goes on. */
    String stopReason();

    /** Ends the sequence before its next token. */
    void cancel();

    /** Gives its memory back. */
    @Override
    void close();

    /**
     * @param id   the token
     * @param text the text it adds; may be empty while a character is incomplete
     */
    record GeneratedToken(int id, String text) {
    }
}
