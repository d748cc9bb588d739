package org.llmsys.inference.insight;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * The pattern of one head over one text, and in a few numbers what kind of head it is.
 *
 * <pre>
 *   weights[query][key]      how much of what the query's token takes comes from the key's; each row adds up to 1, and is 0 behind its query
 * </pre>
 *
 * @param layer   from 0
 * @param head    from 0
 * @param weights (T,T), from 0 to 1
 */
public record AttentionHead(int layer, int head, double[][] weights) {

    /** T. */
    public int length() {
        return weights.length;
    }

    /** How spread out it looks, the mean over all queries, in bits: 0 looks at one token each time. */
    public double entropy() {
        return mean(0, query ->
                -Arrays.stream(weights[query]).filter(weight -> weight > 0).map(weight -> weight * Math.log(weight) / Math.log(2)).sum());
    }

    /** Mean weight on the token before the query; 0 where there is none. */
    public double onPrevious() {
        return mean(1, query -> weights[query][query - 1]);
    }

    /** Mean weight on the text's first token, of all queries but the first: a head rests there when it finds nothing. */
    public double onFirst() {
        return mean(1, query -> weights[query][0]);
    }

    /** Mean weight on the query's own token, of all queries but the first, which has no choice. */
    public double onItself() {
        return mean(1, query -> weights[query][query]);
    }

    /** The key that a query looks at most; of equal ones the first. */
    public int strongest(int query) {
        int best = 0;
        for (int key = 1; key <= query; key++) {
            best = weights[query][key] > weights[query][best] ? key : best;
        }
        return best;
    }

    private double mean(int from, IntToDoubleFunction of) {
        double sum = 0;
        for (int query = from; query < weights.length; query++) {
            sum += of.applyAsDouble(query);
        }
        return weights.length > from ? sum / (weights.length - from) : 0;
    }
}
