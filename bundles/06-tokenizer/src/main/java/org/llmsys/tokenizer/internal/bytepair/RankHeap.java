package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

/**
 * A heap of (rank, place): the lowest rank first, of equal ones the leftmost place. Each entry has eight children, which lie side by
 * side in memory, so that a heap of millions is only seven cache misses deep.
 */
final class RankHeap implements PlaceQueue {

    private static final int CHILD_BITS = 3;

    /** rank in the high half, place in the low one; both are 0 or more, so numbers order as pairs do. */
    private long[] entries;
    private int size;
    private long taken;

    RankHeap(int expected) {
        entries = new long[Math.max(16, expected)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int firstRank() {
        return (int) (entries[0] >>> 32);
    }

    @Override
    public void add(int rank, int place) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
        }
        long entry = (long) rank << 32 | place;
        int at = size++;
        while (at > 0 && entries[at - 1 >>> CHILD_BITS] > entry) {
            entries[at] = entries[at - 1 >>> CHILD_BITS];
            at = at - 1 >>> CHILD_BITS;
        }
        entries[at] = entry;
    }

    @Override
    public boolean next() {
        if (size == 0) {
            return false;
        }
        taken = entries[0];
        removeFirst();
        return true;
    }

    @Override
    public int rank() {
        return (int) (taken >>> 32);
    }

    @Override
    public int place() {
        return (int) taken;
    }

    void removeFirst() {
        long entry = entries[--size];
        int at = 0;
        for (int first = 1; first < size; first = (at << CHILD_BITS) + 1) {
            int child = first;
            for (int other = Math.min(size, first + (1 << CHILD_BITS)) - 1; other > first; other--) {
                if (entries[other] < entries[child]) {
                    child = other;
                }
            }
            if (entries[child] >= entry) {
                break;
            }
            entries[at] = entries[child];
            at = child;
        }
        entries[at] = entry;
    }
}
