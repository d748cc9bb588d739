package org.llmsys.inference;

import org.osgi.annotation.versioning.ProviderType;

/** One sequence being written. For one thread; {@link #cancel} from any. */
@ProviderType
public interface GenerationSession extends AutoCloseable {

    /**
     * Writes one more token.
     *
     * @return the token, or null when the sequence has ended
     */
    GeneratedToken next();

    /** Why it ended: {@code length}, {@code stop}, {@code end}, {@code context}, {@code cancelled}; null while it goes on. */
    String stopReason();

    /** Ends the sequence before its next token. */
    void cancel();

    @Override
    void close();

    /**
     * @param id   the token
     * @param text the text it adds; may be empty while a character is incomplete
     */
    record GeneratedToken(int id, String text) {
    }
}
