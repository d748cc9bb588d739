package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Arrays;

import org.llmsys.tokenizer.internal.IdList;

/**
 * Cuts a word into pieces, greedily: the longest piece it begins with, then the longest inside piece that what is left begins with.
 *
 * <pre>
 *   unaffable  with  un  ##aff  ##able   --&gt;  un ##aff ##able
 * </pre>
 *
 * <p>A word that is too long, or of which something is left that no piece begins, is one unknown token as a whole. For one text and one
 * thread: it keeps the pieces of the word at hand.
 */
final class WordPieces {

    private final PieceTrie trie;
    private final int unknown;
    private int[] pieces = new int[16];
    private int[] ends = new int[16];

    WordPieces(PieceTrie trie, int unknown) {
        this.trie = trie;
        this.unknown = unknown;
    }

    /** Adds the pieces of the word, with their places in the original text. */
    void cut(Word word, IdList ids) {
        int count = word.isTooLong() ? -1 : match(word);
        if (count < 0) {
            ids.add(unknown, word.start(0), word.end());
            return;
        }
        int start = 0;
        for (int i = 0; i < count; i++) {
            ids.add(pieces[i], word.start(start), word.end(ends[i] - 1));
            start = ends[i];
        }
    }

    /** How many pieces the word has, or -1 when it is unknown. */
    private int match(Word word) {
        int count = 0;
        for (int at = 0; at < word.length(); at = ends[count++]) {
            if (count == pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            int piece = -1;
            int node = at == 0 ? PieceTrie.BEGIN : PieceTrie.INSIDE;
            for (int i = at; i < word.length() && (node = trie.next(node, word.unit(i))) >= 0; i++) {
                if (trie.piece(node) >= 0) {
                    piece = trie.piece(node);
                    ends[count] = i + 1;
                }
            }
            if (piece < 0) {
                return -1;
            }
            pieces[count] = piece;
        }
        return count;
    }
}
