package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

/**
 * How often each pair of tokens stands side by side, in which pieces, and which pair is the most frequent.
 *
 * <p>Counts change with every merge, so entries of the heap grow old: an old entry is put back with the pair's present count when it
 * comes up. Of pairs with equal counts the one with the smaller left, then right id comes first, so training is deterministic.
 */
final class PairCounts {

    private long[] keys = new long[1 << 10];
    private long[] counts = new long[1 << 10];
    private IntList[] pieces = new IntList[1 << 10];
    /** The last merge in which the pair grew. */
    private int[] grewIn = new int[1 << 10];
    /** pair + 1, or 0 for a free slot. */
    private int[] slots = new int[1 << 12];
    private int size;

    private long[] heapCounts = new long[1 << 10];
    private int[] heapPairs = new int[1 << 10];
    private int heapSize;

    int left(int pair) {
        return (int) (keys[pair] >>> 32);
    }

    int right(int pair) {
        return (int) keys[pair];
    }

    long count(int pair) {
        return counts[pair];
    }

    /** The pieces in which the pair may stand; some may have lost it since. */
    IntList pieces(int pair) {
        return pieces[pair];
    }

    /** Forgets a pair that has been merged everywhere. */
    void clear(int pair) {
        counts[pair] = 0;
        pieces[pair] = new IntList(0);
    }

    /** Adds {@code times} to the pair's count, and {@code piece} to where it stands when that is more than none; returns the pair. */
    int change(int left, int right, long times, int piece) {
        int pair = pair((long) left << 32 | right);
        counts[pair] += times;
        if (times > 0) {
            IntList where = pieces[pair];
            if (where.size() == 0 || where.get(where.size() - 1) != piece) {
                where.add(piece);
            }
        }
        return pair;
    }

    /** Notes that the pair grew in this merge (1 and up); false when that is noted already. */
    boolean note(int pair, int merge) {
        boolean first = grewIn[pair] != merge;
        grewIn[pair] = merge;
        return first;
    }

    private int pair(long key) {
        int slot = slotOf(key);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
            pieces = Arrays.copyOf(pieces, 2 * size);
            grewIn = Arrays.copyOf(grewIn, 2 * size);
        }
        keys[size] = key;
        pieces[size] = new IntList(4);
        slots[slot] = ++size;
        if (2 * size > slots.length) {
            slots = new int[2 * slots.length];
            for (int pair = 0; pair < size; pair++) {
                slots[slotOf(keys[pair])] = pair + 1;
            }
        }
        return size - 1;
    }

    private int slotOf(long key) {
        int mask = slots.length - 1;
        int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (slots[slot] != 0 && keys[slots[slot] - 1] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** Puts every pair known so far into the heap. */
    void queueAll() {
        for (int pair = 0; pair < size; pair++) {
            queue(pair);
        }
    }

    /** Puts a pair whose count has grown into the heap. */
    void queue(int pair) {
        if (heapSize == heapPairs.length) {
            heapPairs = Arrays.copyOf(heapPairs, 2 * heapSize);
            heapCounts = Arrays.copyOf(heapCounts, 2 * heapSize);
        }
        int at = heapSize++;
        long count = counts[pair];
        while (at > 0 && before(count, pair, at - 1 >>> 1)) {
            move(at - 1 >>> 1, at);
            at = at - 1 >>> 1;
        }
        heapPairs[at] = pair;
        heapCounts[at] = count;
    }

    /** Takes the most frequent pair out of the heap, or -1 when no pair is left. */
    int mostFrequent() {
        while (heapSize > 0) {
            int pair = heapPairs[0];
            long count = heapCounts[0];
            removeFirst();
            if (count == counts[pair] && count > 0) {
                return pair;
            }
            if (counts[pair] > 0 && counts[pair] < count) {
                queue(pair);
            }
        }
        return -1;
    }

    private void removeFirst() {
        heapSize--;
        int pair = heapPairs[heapSize];
        long count = heapCounts[heapSize];
        int at = 0;
        while (2 * at + 1 < heapSize) {
            int child = 2 * at + 1;
            if (child + 1 < heapSize && before(heapCounts[child + 1], heapPairs[child + 1], child)) {
                child++;
            }
            if (!before(heapCounts[child], heapPairs[child], count, pair)) {
                break;
            }
            move(child, at);
            at = child;
        }
        heapPairs[at] = pair;
        heapCounts[at] = count;
    }

    private void move(int from, int to) {
        heapPairs[to] = heapPairs[from];
        heapCounts[to] = heapCounts[from];
    }

    private boolean before(long count, int pair, int at) {
        return before(count, pair, heapCounts[at], heapPairs[at]);
    }

    private boolean before(long countA, int pairA, long countB, int pairB) {
        return countA != countB ? countA > countB : keys[pairA] < keys[pairB];
    }
}
