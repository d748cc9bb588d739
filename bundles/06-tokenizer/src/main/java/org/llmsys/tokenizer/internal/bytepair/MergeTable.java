package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

import org.llmsys.assembly.Problem;

/**
 * Which two tokens merge, how early, and into what: a hash table with open addressing from (left, right) to (rank, id). Filled once,
 * then only read.
 */
public final class MergeTable {

    /** No such merge; greater than every rank. */
    public static final int NONE = Integer.MAX_VALUE;

    private long[] pairs;
    private int[] ranks;
    private int[] ids;
    private int count;

    public MergeTable(int expected) {
        allocate(Integer.highestOneBit(Math.max(8, expected)) * 4);
    }

    private void allocate(int slots) {
        pairs = new long[slots];
        Arrays.fill(pairs, -1);
        ranks = new int[slots];
        ids = new int[slots];
    }

    /** @throws Problem when these two merge already */
    public void put(int left, int right, int rank, int id) {
        int slot = slotOf(left, right);
        if (pairs[slot] >= 0) {
            throw Problem.failed("the merges are damaged", "the tokens " + left + " and " + right + " are merged twice (merges " + ranks[slot]
                    + " and " + rank + ")", "give the file that belongs to the model");
        }
        pairs[slot] = pair(left, right);
        ranks[slot] = rank;
        ids[slot] = id;
        if (++count * 2 > pairs.length) {
            grow();
        }
    }

    private void grow() {
        long[] oldPairs = pairs;
        int[] oldRanks = ranks;
        int[] oldIds = ids;
        allocate(Math.multiplyExact(2, oldPairs.length));
        for (int i = 0; i < oldPairs.length; i++) {
            if (oldPairs[i] >= 0) {
                int slot = slotOf((int) (oldPairs[i] >>> 32), (int) oldPairs[i]);
                pairs[slot] = oldPairs[i];
                ranks[slot] = oldRanks[i];
                ids[slot] = oldIds[i];
            }
        }
    }

    /** Where the merge of these two stands; {@link #rank} and {@link #id} take it. */
    public int slotOf(int left, int right) {
        long pair = pair(left, right);
        int mask = pairs.length - 1;
        long hash = pair * 0x9E3779B97F4A7C15L;
        for (int slot = (int) (hash >>> 32) & mask;; slot = slot + 1 & mask) {
            if (pairs[slot] == pair || pairs[slot] < 0) {
                return slot;
            }
        }
    }

    /** The rank of the merge at this slot (low ranks go first), or {@link #NONE}. */
    public int rank(int slot) {
        return pairs[slot] < 0 ? NONE : ranks[slot];
    }

    /** What the merge at this slot makes. */
    public int id(int slot) {
        return ids[slot];
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }
}
