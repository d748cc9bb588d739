package org.llmsys.training.data;

import java.util.Arrays;
import java.util.List;

/** A long row of token ids, in memory or on disk. Immutable; may be read from many threads. */
public interface TokenSource {

    /** Number of ids, N; may be more than an array holds. */
    long size();

    /**
     * Copies ids.
     *
     * @param from   place of the first, 0 or more; {@code from + length} is at most N
     * @param ids    receives them
     * @param offset where in {@code ids} the first goes
     * @throws IndexOutOfBoundsException for places that are not in the row
     */
    void copy(long from, int[] ids, int offset, int length);

    /** The ids from one place up to another, of which there are no more than an array holds. */
    default int[] ids(long from, long to) {
        int[] ids = new int[Math.toIntExact(to - from)];
        copy(from, ids, 0, ids.length);
        return ids;
    }

    /** The row from one place up to another: nothing is copied. */
    default TokenSource part(long from, long to) {
        return new TokenPart(this, from, to);
    }

    /** These ids, copied. */
    static TokenSource of(int[] ids) {
        return over(ids.clone());
    }

    /** The array itself, which nobody may change any more. */
    static TokenSource over(int[] ids) {
        return new TokenArray(ids);
    }

    /** Several rows as one, each behind the one before. */
    static TokenSource joined(List<? extends TokenSource> parts) {
        return parts.size() == 1 ? parts.getFirst() : new JoinedTokens(parts);
    }

    /** Ids in memory. */
    record TokenArray(int[] array) implements TokenSource {

        @Override
        public long size() {
            return array.length;
        }

        @Override
        public void copy(long from, int[] ids, int offset, int length) {
            System.arraycopy(array, Math.toIntExact(from), ids, offset, length);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof TokenArray that && Arrays.equals(array, that.array);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(array);
        }
    }
}
