package org.llmsys.position;

import org.llmsys.tensor.ShapeException;

/**
 * What is added to the score of a query and a key because of how far apart they stand: a straight line for each head.
 *
 * <pre>
 *   score[h, t, j] = q[h, t] · k[h, j] / sqrt(HS) - m[h] (t - j)          j at most t, m[h] the slope of head h
 * </pre>
 *
 * <p>Only the distance counts, so nothing need be known of where a sequence starts. The slopes are fixed: no gradient goes to them.
 *
 * <pre>{@code
 * ScoreBias bias = ScoreBias.linear(0.5, 0.25);        // two heads
 * bias.at(1, 8);                                       // -2: what head 1 adds for a key 8 tokens back
 * }</pre>
 */
public final class ScoreBias {

    /** Adds nothing, for any number of heads. */
    public static final ScoreBias NONE = new ScoreBias(new double[0]);

    private final double[] slopes;

    private ScoreBias(double[] slopes) {
        this.slopes = slopes;
    }

    /**
     * @param slopes m, one a head, at least one
     * @throws IllegalArgumentException without slopes, or for a slope that is not finite
     */
    public static ScoreBias linear(double... slopes) {
        if (slopes.length == 0) {
            throw new IllegalArgumentException("a bias needs a slope for each head; ScoreBias.NONE adds nothing");
        }
        for (double slope : slopes) {
            if (!Double.isFinite(slope)) {
                throw new IllegalArgumentException("a slope of " + slope + " makes no score");
            }
        }
        return new ScoreBias(slopes.clone());
    }

    /** Whether nothing is added. */
    public boolean isNone() {
        return slopes.length == 0;
    }

    /** Slope m of a head, 0 without a bias. */
    public double slope(int head) {
        return isNone() ? 0 : slopes[head];
    }

    /** What head {@code head} adds to the score of a key that stands {@code distance} tokens before the query. */
    public double at(int head, long distance) {
        return -slope(head) * distance;
    }

    /** @throws ShapeException when this is a bias for another number of heads */
    public void requireHeads(int numHeads) {
        if (!isNone() && slopes.length != numHeads) {
            throw new ShapeException("score bias", "(" + slopes.length + ")", "(" + numHeads + ")", "each of the " + numHeads + " query heads has one slope");
        }
    }
}
