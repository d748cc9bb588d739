package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Arrays;

/** Two pieces that stand side by side in some words: a candidate for a merge. */
final class PiecePair {

    final int left;
    final int right;
    /** How often they stand side by side now. */
    long count;
    /** count / (count of left * count of right) */
    double score;
    /** Its place in the heap, or -1. */
    int place = -1;
    private int[] words = new int[2];
    private int wordCount;

    PiecePair(int left, int right) {
        this.left = left;
        this.right = right;
    }

    /** Notes that this word holds the pair; it may be noted twice, and may lose the pair again. */
    void in(int word) {
        if (wordCount > 0 && words[wordCount - 1] == word) {
            return;
        }
        if (wordCount == words.length) {
            words = Arrays.copyOf(words, 2 * wordCount);
        }
        words[wordCount++] = word;
    }

    int[] words() {
        return Arrays.copyOf(words, wordCount);
    }

    /** The higher score first, then the more frequent, then the pair whose pieces are older. */
    boolean isBefore(PiecePair other) {
        if (score != other.score) {
            return score > other.score;
        }
        if (count != other.count) {
            return count > other.count;
        }
        return left != other.left ? left < other.left : right < other.right;
    }
}
