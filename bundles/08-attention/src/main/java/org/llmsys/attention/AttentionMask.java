package org.llmsys.attention;

import java.util.List;

import org.llmsys.tensor.ShapeException;

/**
 * Which keys a query may see: always the first ones, up to a place that depends on the query.
 *
 * <pre>
 *   seen(b, t) = min(valid(b), before + t + 1)          keys 0 to seen(b, t) - 1
 *   causal     before = S - T: query t stands at position S - T + t and sees nothing behind itself
 *   whole      before = S: every query sees every key
 *   valid(b)   keys of batch row b that are no padding; S when no lengths are given
 * </pre>
 *
 * <p>A query that sees nothing (a row of length 0) gets zeros, its logSumExp is 0, and no gradient flows from it or to it.
 *
 * <pre>{@code
 * AttentionMask.CAUSAL                                    // a decoder
 * AttentionMask.WHOLE                                     // an encoder, or a decoder that looks at what an encoder read
 * AttentionMask.WHOLE.withLengths(List.of(7, 3, 5))       // three sequences of 7, 3 and 5 tokens, filled up to one length
 * }</pre>
 *
 * @param causal  whether a query sees only keys that do not stand behind it
 * @param lengths valid keys of each batch row; empty when all are
 */
public record AttentionMask(boolean causal, List<Integer> lengths) {

    /** A query sees itself and what stands before it. */
    public static final AttentionMask CAUSAL = new AttentionMask(true, List.of());

    /** Every query sees every key. */
    public static final AttentionMask WHOLE = new AttentionMask(false, List.of());

    /** @throws IllegalArgumentException for a negative length */
    public AttentionMask {
        lengths = List.copyOf(lengths);
        for (int length : lengths) {
            if (length < 0) {
                throw new IllegalArgumentException("a sequence cannot have " + length + " tokens");
            }
        }
    }

    /** The same for rows of which only the first keys are no padding. */
    public AttentionMask withLengths(List<Integer> validKeys) {
        return validKeys.isEmpty() && lengths.isEmpty() ? this : new AttentionMask(causal, validKeys);
    }

    /** Keys that query t sees beside t + 1, however many there are. */
    public int before(int queries, int keys) {
        return causal ? keys - queries : keys;
    }

    /** Keys of a batch row that are no padding. */
    public int valid(int batch, int keys) {
        return lengths.isEmpty() ? keys : lengths.get(batch);
    }

    /** How many keys a query sees, from key 0 on. */
    public int seen(int batch, int query, int queries, int keys) {
        return Math.min(valid(batch, keys), before(queries, keys) + query + 1);
    }

    /** @throws ShapeException when there is not one length a row, a row has fewer keys than its length, or a causal query stands before every key */
    public void requireFit(long batch, long queries, long keys) {
        if (causal && keys < queries) {
            throw new ShapeException("attention: q and k", "(" + queries + ")", "(" + keys + ")",
                    "there are fewer keys than queries, and the mask is causal");
        }
        if (!lengths.isEmpty() && lengths.size() != batch) {
            throw new ShapeException("attention: mask", "(" + lengths.size() + ")", "(" + batch + ")",
                    "each of the " + batch + " rows has one length");
        }
        for (int length : lengths) {
            if (length > keys) {
                throw new ShapeException("attention: mask", "(" + length + ")", "(" + keys + ")",
                        "a row has " + keys + " keys, of which " + length + " cannot be valid");
            }
        }
    }
}
