package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Arrays;

/** Pairs with the best on top; a pair whose score has changed moves to its new place in O(log n), because each knows where it stands. */
final class PairHeap {

    private PiecePair[] pairs = new PiecePair[64];
    private int size;

    /** The best pair, or null. */
    PiecePair best() {
        return size == 0 ? null : pairs[0];
    }

    /** Puts the pair in, or moves it to where its score belongs. */
    void update(PiecePair pair) {
        if (pair.place < 0) {
            if (size == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * size);
            }
            put(pair, size++);
        }
        up(pair);
        down(pair);
    }

    void remove(PiecePair pair) {
        if (pair.place < 0) {
            return;
        }
        PiecePair last = pairs[--size];
        pairs[size] = null;
        if (last != pair) {
            put(last, pair.place);
            up(last);
            down(last);
        }
        pair.place = -1;
    }

    private void up(PiecePair pair) {
        for (int place = pair.place; place > 0 && pair.isBefore(pairs[(place - 1) / 2]); place = (place - 1) / 2) {
            put(pairs[(place - 1) / 2], place);
            put(pair, (place - 1) / 2);
        }
    }

    private void down(PiecePair pair) {
        while (true) {
            int place = pair.place;
            int child = 2 * place + 1;
            if (child + 1 < size && pairs[child + 1].isBefore(pairs[child])) {
                child++;
            }
            if (child >= size || !pairs[child].isBefore(pair)) {
                return;
            }
            put(pairs[child], place);
            put(pair, child);
        }
    }

    private void put(PiecePair pair, int place) {
        pairs[place] = pair;
        pair.place = place;
    }
}
