package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The queue for very long pieces, in nearly constant time a place.
 *
 * <p>A long piece has few different ranks and many places of each, so the places of one rank are a list; only ranks are in a heap. When a
 * merge makes a pair with a lower rank, the list begun waits until that is done. A pair's own merge, and what it leads to, never makes
 * that pair again (tokens only grow), so a list that was begun needs nothing put into it.
 */
final class PlacesByRank implements PlaceQueue {

    /** A list begun: place number {@code next} comes next. */
    private static final class Begun {
        private final int rank;
        private final IntList places;
        private int next;

        Begun(int rank, IntList places) {
            this.rank = rank;
            this.places = places;
        }
    }

    private final RankHeap ranks = new RankHeap(16);
    private final Map<Integer, IntList> waiting = new HashMap<>();
    private final Deque<Begun> begun = new ArrayDeque<>();
    /** Lists that are done with, to be used again: a long piece needs megabytes of them. */
    private final Deque<IntList> spare = new ArrayDeque<>();
    /** The list that was added to last: most are added to many times in a row. */
    private IntList last;
    private int lastRank = -1;

    @Override
    public void add(int rank, int place) {
        if (rank != lastRank) {
            lastRank = rank;
            last = waiting.computeIfAbsent(rank, key -> {
                ranks.add(key, 0);
                return spare.isEmpty() ? new IntList(4) : spare.pop();
            });
        }
        last.add(place);
    }

    @Override
    public boolean next() {
        while (true) {
            if (!ranks.isEmpty() && (begun.isEmpty() || ranks.firstRank() < begun.peek().rank)) {
                int rank = ranks.firstRank();
                ranks.removeFirst();
                begun.push(new Begun(rank, waiting.remove(rank).sort()));
                lastRank = rank == lastRank ? -1 : lastRank;
            } else if (begun.isEmpty()) {
                last = null;
                lastRank = -1;
                return false;
            } else if (begun.peek().next < begun.peek().places.size()) {
                begun.peek().next++;
                return true;
            } else {
                IntList done = begun.pop().places;
                done.clear();
                spare.push(done);
            }
        }
    }

    @Override
    public int rank() {
        return begun.peek().rank;
    }

    @Override
    public int place() {
        return begun.peek().places.get(begun.peek().next - 1);
    }
}
