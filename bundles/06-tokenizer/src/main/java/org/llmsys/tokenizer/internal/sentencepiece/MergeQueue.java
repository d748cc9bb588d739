package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.llmsys.tokenizer.internal.bytepair.RankHeap;

/**
 * The pairs that may merge, the lowest rank first, of equal ranks the leftmost. A heap of all pairs is best for words; for a long run it
 * falls out of the caches, so there each rank has a list of its places, sorted when its turn comes, and the heap holds ranks only.
 */
final class MergeQueue {

    private static final int LONG = 1 << 12;

    /** Of pairs, or of ranks when there are lists. */
    private final RankHeap heap;
    private final Map<Integer, Places> lists;

    MergeQueue(int expected) {
        boolean isLong = expected > LONG;
        heap = new RankHeap(isLong ? 0 : expected);
        lists = isLong ? new HashMap<>() : null;
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    int firstRank() {
        return heap.firstRank();
    }

    int firstPlace() {
        return lists == null ? heap.firstPlace() : lists.get(heap.firstRank()).first();
    }

    void add(int rank, int place) {
        if (lists == null) {
            heap.add(rank, place);
            return;
        }
        Places places = lists.get(rank);
        if (places == null) {
            places = new Places();
            lists.put(rank, places);
            heap.add(rank, 0);
        }
        places.add(place);
    }

    void removeFirst() {
        if (lists == null || lists.get(heap.firstRank()).removeFirst()) {
            if (lists != null) {
                lists.remove(heap.firstRank());
            }
            heap.removeFirst();
        }
    }

    /** The places of one rank: those from before its turn in a sorted list, the few that come during it in a heap. */
    private static final class Places {

        private int[] list = new int[16];
        private int size;
        private int next = -1;
        private final RankHeap late = new RankHeap(0);

        void add(int place) {
            if (next >= 0) {
                late.add(0, place);
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
            return isLateFirst() ? late.firstPlace() : list[next];
        }

        private boolean isLateFirst() {
            return !late.isEmpty() && (next == size || late.firstPlace() < list[next]);
        }

        /** Whether none is left. */
        boolean removeFirst() {
            first();
            if (isLateFirst()) {
                late.removeFirst();
            } else {
                next++;
            }
            return next == size && late.isEmpty();
        }
    }
}
