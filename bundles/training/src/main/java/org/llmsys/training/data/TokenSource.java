package org.llmsys.training.data;

/** A long row of token ids, in memory or on disk. Immutable; may be read from many threads. */
public interface TokenSource {

    /** Number of ids, N. */
    long size();

    /**
     * Copies ids.
     *
     * @param from   place of the first, 0 or more; {@code from + length} is at most N
     * @param ids    receives them
     * @param offset where in {@code ids} the first goes
     */
    void copy(long from, int[] ids, int offset, int length);

    /** These ids. */
    static TokenSource of(int[] ids) {
        int[] own = ids.clone();
        return new TokenSource() {
            @Override
            public long size() {
                return own.length;
            }

            @Override
            public void copy(long from, int[] target, int offset, int length) {
                System.arraycopy(own, Math.toIntExact(from), target, offset, length);
            }
        };
    }
}
