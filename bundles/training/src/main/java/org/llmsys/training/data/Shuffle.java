package org.llmsys.training.data;

import org.llmsys.tensor.RandomStream;

/**
 * An order of 0 to n-1 that is a function of a seed and takes no memory: a small cipher (Feistel network) over the next even power of
 * two, applied again while its result is n or more.
 *
 * <pre>
 *   (l, r) -&gt; (r, l xor f(r, round, seed))        four times; each round can be undone, so no two places meet
 * </pre>
 *
 * @param n    how many, 1 or more
 * @param seed one order for each seed
 * @see <a href="https://doi.org/10.1137/0217022">Luby, Rackoff 1988</a>
 */
public record Shuffle(long n, long seed) {

    private static final int ROUNDS = 4;

    public Shuffle {
        if (n < 1) {
            throw org.llmsys.assembly.Problem.misused("cannot shuffle " + n + " items", "there must be one at least", "give a longer text");
        }
    }

    /** What stands at this place: each of 0 to n-1 at exactly one. */
    public long at(long place) {
        java.util.Objects.checkIndex(place, n);
        int half = Math.max(1, (65 - Long.numberOfLeadingZeros(n - 1)) / 2);
        long mask = (1L << half) - 1;
        long value = place;
        do {
            long left = value >>> half;
            long right = value & mask;
            for (int round = 0; round < ROUNDS; round++) {
                long mixed = left ^ RandomStream.at(seed, round, right).nextLong() & mask;
                left = right;
                right = mixed;
            }
            value = left << half | right;
        } while (value >= n);
        return value;
    }
}
