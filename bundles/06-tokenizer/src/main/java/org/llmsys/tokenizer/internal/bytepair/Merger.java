package org.llmsys.tokenizer.internal.bytepair;

/**
 * Merges the bytes of one piece, always the pair with the lowest rank, of equal ones the leftmost, until no pair merges.
 *
 * <p>Short pieces (nearly all) are scanned for the lowest rank after each merge: O(n²), and fastest there. Longer ones keep their tokens
 * in a linked list and their pairs in a heap, very long ones (a megabyte of one letter) their pairs in lists by rank, so that time stays
 * linear. All do the same merges in the same order. Holds memory that is used again from piece to piece, so each call of an encoder
 * has its own.
 */
final class Merger {

    private static final int SHORT = 96;
    private static final int MEDIUM = 4096;

    private final int[] byteIds;
    private final MergeTable merges;

    private int[] tokens = new int[SHORT];
    private int[] slots = new int[SHORT];
    private int[] ranks = new int[SHORT];
    /** Empty between pieces. */
    private final RankHeap heap = new RankHeap(16);
    /** Empty between pieces. */
    private final PlacesByRank lists = new PlacesByRank();
    private int[] next = new int[0];
    private int[] previous = new int[0];

    /** @param byteIds the id of each byte, -1 for one that has none */
    Merger(int[] byteIds, MergeTable merges) {
        this.byteIds = byteIds;
        this.merges = merges;
    }

    /** Appends the tokens of {@code text[from..to)} to {@code ids}; returns the place of a byte that has no token, or -1. */
    int merge(byte[] text, int from, int to, IntList ids) {
        int n = to - from;
        if (n > tokens.length) {
            int size = Math.max(n, (int) Math.min(Integer.MAX_VALUE - 8, 2L * tokens.length));
            tokens = new int[size];
            slots = new int[size];
            ranks = new int[size];
        }
        for (int i = 0; i < n; i++) {
            tokens[i] = byteIds[text[from + i] & 0xFF];
            if (tokens[i] < 0) {
                return from + i;
            }
        }
        for (int i = 0; i + 1 < n; i++) {
            look(i, tokens[i], tokens[i + 1]);
        }
        ranks[n - 1] = MergeTable.NONE;
        if (n <= SHORT) {
            ids.addAll(tokens, scan(n));
        } else {
            queue(n);
            for (int i = 0; i < n; i = next[i]) {
                ids.add(tokens[i]);
            }
        }
        return -1;
    }

    private void look(int at, int left, int right) {
        slots[at] = merges.slotOf(left, right);
        ranks[at] = merges.rank(slots[at]);
    }

    /** Merges the first n tokens in place, and returns how many are left. */
    private int scan(int n) {
        while (true) {
            int lowest = 0;
            for (int i = 1; i < n; i++) {
                if (ranks[i] < ranks[lowest]) {
                    lowest = i;
                }
            }
            if (ranks[lowest] == MergeTable.NONE) {
                return n;
            }
            tokens[lowest] = merges.id(slots[lowest]);
            int moved = n - lowest - 2;
            System.arraycopy(tokens, lowest + 2, tokens, lowest + 1, moved);
            System.arraycopy(slots, lowest + 2, slots, lowest + 1, moved);
            System.arraycopy(ranks, lowest + 2, ranks, lowest + 1, moved);
            n--;
            if (lowest + 1 < n) {
                look(lowest, tokens[lowest], tokens[lowest + 1]);
            } else {
                ranks[lowest] = MergeTable.NONE;
            }
            if (lowest > 0) {
                look(lowest - 1, tokens[lowest - 1], tokens[lowest]);
            }
        }
    }

    /** Merges the first n tokens; those that are left stand where {@link #next} leads from 0. */
    private void queue(int n) {
        if (next.length < n) {
            next = new int[tokens.length];
            previous = new int[tokens.length];
        }
        PlaceQueue places = n <= MEDIUM ? heap : lists;
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (ranks[i] != MergeTable.NONE) {
                places.add(ranks[i], i);
            }
        }
        while (places.next()) {
            int at = places.place();
            if (ranks[at] != places.rank()) {
                // one of the two has merged with another since
                continue;
            }
            int gone = next[at];
            tokens[at] = merges.id(slots[at]);
            ranks[gone] = MergeTable.NONE;
            next[at] = next[gone];
            if (next[at] < n) {
                previous[next[at]] = at;
                lookAndQueue(at, next[at], places);
            } else {
                ranks[at] = MergeTable.NONE;
            }
            if (previous[at] >= 0) {
                lookAndQueue(previous[at], at, places);
            }
        }
    }

    private void lookAndQueue(int left, int right, PlaceQueue places) {
        look(left, tokens[left], tokens[right]);
        if (ranks[left] != MergeTable.NONE) {
            places.add(ranks[left], left);
        }
    }
}
