package org.llmsys.tokenizer;

import java.util.List;

import org.osgi.annotation.versioning.ConsumerType;

/** What a tokenizer that joins pairs has learned, in the order it was learned: enough to replay the training. */
@ConsumerType
public interface MergeHistory {

    /** The merges, the first learned first. */
    List<Merge> merges();

    /**
     * One step of training: two tokens that often stand side by side become one.
     *
     * @param id    the id of the new token
     * @param left  the first token, as {@link Tokenizer#token} shows it
     * @param right the second
     * @param token the two together
     * @param count how often the pair occurred when it was chosen; 0 when a file does not say
     */
    record Merge(int id, String left, String right, String token, long count) {
    }
}
