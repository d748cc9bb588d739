package org.llmsys.inference.insight;

/**
 * How likely a model found one token of a text, given all before it.
 *
 * @param position       in the text, from 0
 * @param id             the token
 * @param token          as the vocabulary has it
 * @param logProbability natural logarithm; not a number for a token that nothing stands before
 * @param rank           1 when it was the likeliest; 0 for a token that nothing stands before
 * @param otherId        the likeliest token other than this one; -1 for none
 * @param other          as the vocabulary has it; empty for none
 * @param otherLogProbability of that token; not a number for none
 */
public record ProbabilityOfToken(int position, int id, String token, double logProbability, int rank, int otherId, String other,
        double otherLogProbability) {

    /** exp of the logarithm. */
    public double probability() {
        return Math.exp(logProbability);
    }

    /** exp of the logarithm. */
    public double otherProbability() {
        return Math.exp(otherLogProbability);
    }

    /** Whether anything stands before it, so that the model had something to say. */
    public boolean foreseen() {
        return rank > 0;
    }
}
