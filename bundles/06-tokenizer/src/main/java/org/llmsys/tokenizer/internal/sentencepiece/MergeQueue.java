package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;

/**
 * The pairs that may merge, the lowest rank first, of equal ranks the leftmost. A heap of all pairs is best for words; for a long run it
 * falls out of the caches, so there each rank has a list of its places, sorted when its turn comes, and the heap holds ranks only.
 */
final class MergeQueue {

    private static final int LONG = 1 << 12;

    /** Of pairs, rank in the high half and place in the low one; of ranks alone when there are lists. */
    private final LongHeap heap = new LongHeap();
    /** For each rank the list of its places; null when there are none. */
    private final LongTable lists;
    private Places[] places = new Places[16];
    private Places turn;
    private int turnRank = -1;

    MergeQueue(int expected) {
        lists = expected > LONG ? new LongTable(64) : null;
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    int firstRank() {
        return lists == null ? (int) (heap.first() >>> 32) : (int) heap.first();
    }

    int firstPlace() {
        return lists == null ? (int) heap.first() : first().first();
    }

    private Places first() {
        if (turnRank != firstRank()) {
            turnRank = firstRank();
            turn = places[(int) lists.get(turnRank)];
        }
        return turn;
    }

    void add(int rank, int place) {
        if (lists == null) {
            heap.add((long) rank << 32 | place);
            return;
        }
        long known = lists.get(rank);
        int list = (int) known;
        if (known == LongTable.NONE) {
            list = lists.size();
            if (list == places.length) {
                places = Arrays.copyOf(places, 2 * list);
            }
            places[list] = new Places();
            lists.put(rank, list);
        }
        if (places[list].isEmpty()) {
            heap.add(rank);
        }
        places[list].add(place);
    }

    void removeFirst() {
        if (lists == null || first().removeFirst()) {
            heap.removeFirst();
        }
    }

    /** The places of one rank: those from before its turn in a sorted list, those that come during it in a heap. */
    private static final class Places {

        private int[] list = new int[8];
        private int size;
        private int next = -1;
        private final LongHeap late = new LongHeap();

        boolean isEmpty() {
            return late.isEmpty() && (next < 0 ? size == 0 : next == size);
        }

        void add(int place) {
            if (next >= 0) {
                late.add(place);
                return;
            }
            if (size == list.length) {
                list = Arrays.copyOf(list, 2 * size);
            }
            list[size++] = place;
        }

        int first() {
            if (next < 0) {
                Arrays.sort(list, 0, size);
                next = 0;
            }
            return isLateFirst() ? (int) late.first() : list[next];
        }

        private boolean isLateFirst() {
            return !late.isEmpty() && (next == size || late.first() < list[next]);
        }

        /** Whether none is left; then it is as new. */
        boolean removeFirst() {
            first();
            if (isLateFirst()) {
                late.removeFirst();
            } else {
                next++;
            }
            if (!isEmpty()) {
                return false;
            }
            size = 0;
            next = -1;
            return true;
        }
    }
}
