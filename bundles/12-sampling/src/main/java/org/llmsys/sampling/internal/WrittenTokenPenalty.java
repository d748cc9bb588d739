package org.llmsys.sampling.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.Option;

/**
 * Subtracts from the logit of every token that was written an amount that depends on how often it was.
 *
 * <pre>
 *   logits[v] = logits[v] - amount(times v was written)
 * </pre>
 *
 * <p>Only what was written counts, not the prompt.
 */
final class WrittenTokenPenalty implements LogitsFilter {

    private final IntToDoubleFunction amount;
    private final Map<Integer, Integer> counts = new HashMap<>();

    WrittenTokenPenalty(IntToDoubleFunction amount) {
        this.amount = amount;
    }

    /** The penalty's option: a negative one invites repetition. */
    static Option option(String summary) {
        return new Option("penalty", 0.5, -2, 2, summary);
    }

    @Override
    public void apply(float[] logits) {
        counts.forEach((id, count) -> logits[id] -= (float) amount.applyAsDouble(count));
    }

    @Override
    public void accept(int id) {
        counts.merge(id, 1, Integer::sum);
    }
}
