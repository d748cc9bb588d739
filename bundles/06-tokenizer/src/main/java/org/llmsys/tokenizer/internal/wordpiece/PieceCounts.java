package org.llmsys.tokenizer.internal.wordpiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How often pieces and pairs of pieces occur in the words, kept up to date while pairs are joined: only words that hold the pair are
 * visited, and only pairs whose score a merge changes, those with one of its three pieces, are weighed again.
 */
final class PieceCounts {

    private final int minFrequency;
    private final List<int[]> words = new ArrayList<>();
    private final List<Long> frequencies = new ArrayList<>();
    private final Map<Long, PiecePair> pairs = new HashMap<>();
    private final PairHeap heap = new PairHeap();
    private long[] pieceCounts = new long[1 << 10];
    /** For each piece, the pairs it is a part of. */
    private final List<List<PiecePair>> pairsOf = new ArrayList<>();

    PieceCounts(int minFrequency) {
        this.minFrequency = minFrequency;
    }

    /** Adds a word as its pieces, and how often it occurs. */
    void add(int[] pieces, long frequency) {
        words.add(pieces);
        frequencies.add(frequency);
        for (int i = 0; i < pieces.length; i++) {
            count(pieces[i], frequency);
            if (i > 0) {
                PiecePair pair = pair(pieces[i - 1], pieces[i]);
                pair.count += frequency;
                pair.in(words.size() - 1);
            }
        }
    }

    /** All words are here: weighs every pair. */
    void ready() {
        pairs.values().forEach(this::weigh);
    }

    /** The pair to join next, or null when none occurs often enough. */
    PiecePair best() {
        return heap.best();
    }

    /** Replaces the pair by one piece in all words. */
    void join(PiecePair pair, int joined) {
        for (int word : pair.words()) {
            int[] before = words.get(word);
            int[] after = replaced(before, pair, joined);
            if (after.length < before.length) {
                recount(word, before, after, joined);
            }
        }
        for (int piece : new int[] {pair.left, pair.right, joined}) {
            pairsOf(piece).removeIf(this::isGone);
        }
    }

    private static int[] replaced(int[] pieces, PiecePair pair, int joined) {
        int[] result = pieces.clone();
        int length = 0;
        for (int i = 0; i < pieces.length; i++) {
            boolean here = pieces[i] == pair.left && i + 1 < pieces.length && pieces[i + 1] == pair.right;
            result[length++] = here ? joined : pieces[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(result, length);
    }

    private void recount(int word, int[] before, int[] after, int joined) {
        long frequency = frequencies.get(word);
        for (int i = 0; i < before.length; i++) {
            count(before[i], -frequency);
            if (i > 0) {
                pair(before[i - 1], before[i]).count -= frequency;
            }
        }
        for (int i = 0; i < after.length; i++) {
            count(after[i], frequency);
            if (i > 0) {
                PiecePair pair = pair(after[i - 1], after[i]);
                pair.count += frequency;
                if (after[i - 1] == joined || after[i] == joined) {
                    pair.in(word);
                }
            }
        }
        words.set(word, after);
    }

    /** Weighs a pair again, and says whether it occurs no more. */
    private boolean isGone(PiecePair pair) {
        weigh(pair);
        return pair.count == 0;
    }

    private void weigh(PiecePair pair) {
        if (pair.count >= minFrequency) {
            pair.score = pair.count / ((double) pieceCounts[pair.left] * pieceCounts[pair.right]);
            heap.update(pair);
            return;
        }
        heap.remove(pair);
        if (pair.count == 0) {
            pairs.remove(key(pair.left, pair.right), pair);
        }
    }

    private PiecePair pair(int left, int right) {
        return pairs.computeIfAbsent(key(left, right), key -> {
            PiecePair pair = new PiecePair(left, right);
            pairsOf(left).add(pair);
            if (left != right) {
                pairsOf(right).add(pair);
            }
            return pair;
        });
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    private List<PiecePair> pairsOf(int piece) {
        while (pairsOf.size() <= piece) {
            pairsOf.add(new ArrayList<>(4));
        }
        return pairsOf.get(piece);
    }

    private void count(int piece, long change) {
        if (piece >= pieceCounts.length) {
            pieceCounts = Arrays.copyOf(pieceCounts, 2 * piece);
        }
        pieceCounts[piece] += change;
    }
}
