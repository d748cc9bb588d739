package org.llmsys.sampling;

/**
 * Reshapes the distribution of one sequence before a token is picked. Made by a {@link LogitsFilterFactory}, one a sequence, so it may
 * remember. Filters run in the order the caller gives. One that removes a token sets its logit to negative infinity; every filter
 * leaves at least one token possible.
 */
public interface LogitsFilter {

    /**
     * Changes {@code logits} in place; must not change what the filter remembers, because a step may be repeated.
     *
     * @param logits shape (V); read and written, not kept
     */
    void apply(float[] logits);

    /** Tells the filter, once and first, what the sequence begins with. Filters that do not count the prompt ignore it. */
    default void begin(int[] promptIds) {
    }

    /** Tells the filter which token the sequence went on with. Filters without memory ignore it. */
    default void accept(int id) {
    }
}
