package org.llmsys.tokenizer.internal.wordpiece;

import org.llmsys.tokenizer.internal.IdList;

/**
 * Cuts a word into pieces, greedily: the longest piece it begins with, then the longest inside piece that what is left begins with.
 *
 * <pre>
 *   unaffable  with  un  ##aff  ##able   --&gt;  un ##aff ##able
 * </pre>
 *
 * <p>A word that is longer than the limit, or of which something is left that no piece begins, is one unknown token as a whole. For one
 * text and one thread: it keeps the pieces of the word at hand.
 */
final class WordPieces {

    private final PieceTrie trie;
    private final int maxCharacters;
    private final int unknown;
    private int[] pieces = new int[16];
    private int[] ends = new int[16];

    WordPieces(PieceTrie trie, int maxCharacters, int unknown) {
        this.trie = trie;
        this.maxCharacters = maxCharacters;
        this.unknown = unknown;
    }

    /** Adds the pieces of the word from {@code from} to {@code to}, with their places in the original text. */
    void cut(NormalizedText text, int from, int to, IdList ids) {
        int count = isTooLong(text, from, to) ? -1 : match(text, from, to);
        if (count < 0) {
            ids.add(unknown, text.start(from), text.end(to - 1));
            return;
        }
        int start = from;
        for (int i = 0; i < count; i++) {
            ids.add(pieces[i], text.start(start), text.end(ends[i] - 1));
            start = ends[i];
        }
    }

    /** How many pieces the word has, or -1 when it is unknown. */
    private int match(NormalizedText text, int from, int to) {
        int count = 0;
        for (int at = from; at < to; at = ends[count++]) {
            if (count == pieces.length) {
                pieces = java.util.Arrays.copyOf(pieces, 2 * count);
                ends = java.util.Arrays.copyOf(ends, 2 * count);
            }
            pieces[count] = -1;
            int node = at == from ? PieceTrie.BEGIN : PieceTrie.INSIDE;
            for (int i = at; i < to && (node = trie.next(node, text.unit(i))) >= 0; i++) {
                if (trie.piece(node) >= 0) {
                    pieces[count] = trie.piece(node);
                    ends[count] = i + 1;
                }
            }
            if (pieces[count] < 0) {
                return -1;
            }
        }
        return count;
    }

    private boolean isTooLong(NormalizedText text, int from, int to) {
        if (to - from <= maxCharacters) {
            return false;
        }
        int pairs = 0;
        for (int at = from; at < to; at++) {
            pairs += Character.isLowSurrogate(text.unit(at)) ? 1 : 0;
        }
        return to - from - pairs > maxCharacters;
    }
}
