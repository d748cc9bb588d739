package org.llmsys.inference.insight;

import java.util.List;

/**
 * A token that could come next, and what became of it.
 *
 * @param id            the token
 * @param token         as the vocabulary has it
 * @param probabilities its probability by the model, then behind each filter; 0 from where it was cut
 * @param cutBy         the filter that cut it; null when it could be picked
 */
public record StepCandidate(int id, String token, List<Double> probabilities, String cutBy) {

    /** What the model gives it. */
    public double before() {
        return probabilities.getFirst();
    }

    /** What the sampler sees. */
    public double after() {
        return probabilities.getLast();
    }
}
